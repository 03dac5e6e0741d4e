using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>A field of 16 bytes; converts to a span.</summary>
[InlineArray(Length)]
public struct Bytes16
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 16;

    private byte _element0;
}
