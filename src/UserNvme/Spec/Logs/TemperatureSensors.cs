using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>The 8 temperature sensors of the SMART log in kelvin; converts to a span.</summary>
[InlineArray(Length)]
public struct TemperatureSensors
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 8;

    private ushort _element0;
}
