using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>A field of 256 bytes; converts to a span.</summary>
[InlineArray(Length)]
public struct Bytes256
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 256;

    private byte _element0;
}
