using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>A field of 40 bytes; converts to a span.</summary>
[InlineArray(Length)]
public struct Bytes40
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 40;

    private byte _element0;
}
