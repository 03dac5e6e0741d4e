using System.Runtime.CompilerServices;

namespace UserNvme.Spec;

/// <summary>The 32 power state descriptors of Identify Controller; converts to a span.</summary>
[InlineArray(Length)]
public struct PowerStates
{
    /// <summary>How many elements there are.</summary>
    public const int Length = 32;

    private PowerStateDescriptor _element0;
}
