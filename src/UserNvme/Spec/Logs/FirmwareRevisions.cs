using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>The firmware revisions of slots 1 to 7 of the firmware slot log; converts to a span.</summary>
[InlineArray(Length)]
public struct FirmwareRevisions
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 7;

    private Bytes8 _element0;
}
