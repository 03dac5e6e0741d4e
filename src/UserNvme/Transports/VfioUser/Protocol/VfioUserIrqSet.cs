using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Head of a DEVICE_SET_IRQS request.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserIrqSet
{
    /// <summary>Bytes of the request with its data.</summary>
    public uint Argsz;

    /// <summary>Data and action.</summary>
    public VfioUserIrqSetFlags Flags;

    /// <summary>Which type; 2 is MSI-X.</summary>
    public uint Index;

    /// <summary>The first interrupt.</summary>
    public uint Start;

    /// <summary>How many; 0 with no data switches all of the type off.</summary>
    public uint Count;

    /// <summary>Reads a request that fits the device and what came along.</summary>
    /// <param name="payload">What follows the header.</param>
    /// <param name="descriptors">How many descriptors came along.</param>
    /// <param name="available">How many interrupts the device has of a type.</param>
    /// <exception cref="VfioUserProtocolException">It names interrupts that the device does not have, or its data do not fit.</exception>
    public static VfioUserIrqSet Parse(ReadOnlySpan<byte> payload, int descriptors, Func<uint, int> available)
    {
        var set = VfioUserPayload.Read<VfioUserIrqSet>(payload, "set interrupts");
        var data = set.Flags & VfioUserIrqSetFlags.DataMask;
        var action = set.Flags & VfioUserIrqSetFlags.ActionMaskAll;
        if ((set.Flags & ~(VfioUserIrqSetFlags.DataMask | VfioUserIrqSetFlags.ActionMaskAll)) != 0
            || !BitOperations.IsPow2((uint)data) || !BitOperations.IsPow2((uint)action))
            throw new VfioUserProtocolException($"interrupts are to be set with flags 0x{(uint)set.Flags:x}, which are not one kind of data and one action");
        var count = (ulong)available(set.Index);
        var disablesAll = set is { Start: 0, Count: 0 } && data == VfioUserIrqSetFlags.DataNone;
        if (!disablesAll && !VfioUserPayload.IsInside(set.Start, set.Count, count))
            throw new VfioUserProtocolException($"{set.Count} interrupts from {set.Start} of type {set.Index} are to be set, which has {count}");
        if (data == VfioUserIrqSetFlags.DataBool && (ulong)(payload.Length - Unsafe.SizeOf<VfioUserIrqSet>()) < set.Count)
            throw new VfioUserProtocolException($"the data of {set.Count} interrupts are cut off");
        if (data == VfioUserIrqSetFlags.DataEventfd ? descriptors != 0 && descriptors != set.Count : descriptors != 0)
            throw new VfioUserProtocolException($"{descriptors} descriptors came for {set.Count} interrupts");
        return set;
    }
}
