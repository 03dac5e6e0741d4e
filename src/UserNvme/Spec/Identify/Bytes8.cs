using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>A field of 8 bytes; converts to a span.</summary>
[InlineArray(Length)]
public struct Bytes8
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 8;

    private byte _element0;
}
