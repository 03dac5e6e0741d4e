namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What a message asks for. The client sends all but the two DMA accesses, which the server sends.</summary>
internal enum VfioUserCommand : ushort
{
    /// <summary>The first message: version and capabilities.</summary>
    Version = 1,

    /// <summary>Gives the server a range of the client's memory.</summary>
    DmaMap = 2,

    /// <summary>Takes a range back.</summary>
    DmaUnmap = 3,

    /// <summary>Asks for the numbers of regions and interrupt types.</summary>
    DeviceGetInfo = 4,

    /// <summary>Asks for one region.</summary>
    DeviceGetRegionInfo = 5,

    /// <summary>Asks for descriptors that stand for writes to a region; optional.</summary>
    DeviceGetRegionIoFds = 6,

    /// <summary>Asks for one type of interrupts.</summary>
    DeviceGetIrqInfo = 7,

    /// <summary>Attaches eventfds to interrupts.</summary>
    DeviceSetIrqs = 8,

    /// <summary>Reads from a region.</summary>
    RegionRead = 9,

    /// <summary>Writes to a region.</summary>
    RegionWrite = 10,

    /// <summary>The server reads client memory that it could not map.</summary>
    DmaRead = 11,

    /// <summary>The server writes client memory that it could not map.</summary>
    DmaWrite = 12,

    /// <summary>Resets the device.</summary>
    DeviceReset = 13,
}
