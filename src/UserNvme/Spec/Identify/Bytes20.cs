using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>A field of 20 bytes; converts to a span.</summary>
[InlineArray(Length)]
public struct Bytes20
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 20;

    private byte _element0;
}
