using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>The 64 LBA formats of Identify Namespace; converts to a span.</summary>
[InlineArray(Length)]
public struct LbaFormats
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 64;

    private LbaFormat _element0;
}
