using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>Request and head of the reply of DEVICE_GET_REGION_INFO; <see cref="VfioUserRegion"/> is the reply as a whole.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VfioUserRegionInfo
{
    /// <summary>Bytes that the client takes, or that the server has.</summary>
    public uint Argsz;

    /// <summary>What the region allows.</summary>
    public VfioUserRegionFlags Flags;

    /// <summary>Which region: 0 is BAR0, 7 the configuration space.</summary>
    public uint Index;

    /// <summary>Offset of the first capability from the start of this structure.</summary>
    public uint CapOffset;

    /// <summary>Bytes of the region; 0 where the device has no such region.</summary>
    public ulong Size;

    /// <summary>Where the region starts in the descriptor that comes along.</summary>
    public ulong Offset;
}
