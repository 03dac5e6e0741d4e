using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>The vendor specific end of Identify Controller; converts to a span.</summary>
[InlineArray(Length)]
public struct VendorBytes1024
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 1024;

    private byte _element0;
}
