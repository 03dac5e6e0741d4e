using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>A field of 3 bytes; converts to a span.</summary>
[InlineArray(Length)]
public struct Bytes3
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 3;

    private byte _element0;
}
