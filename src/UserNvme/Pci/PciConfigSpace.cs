using System.Buffers.Binary;

namespace UserNvme.Pci;

/// <summary>
/// The configuration space of a PCI function, over whatever carries its bytes: VFIO's config region, or sysfs. The device is not
/// trusted: walks are bounded. Each access is one transfer of its natural width. Thread-safe as far as the carrier is, but a change
/// of the command register is a read and a write: one owner at a time.
/// </summary>
public abstract class PciConfigSpace
{
    private const int VendorIdOffset = 0x00;
    private const int DeviceIdOffset = 0x02;
    private const int CommandOffset = 0x04;
    private const int StatusOffset = 0x06;
    private const int CapabilitiesPointerOffset = 0x34;
    private const int FirstCapability = 0x40;
    private const int StandardLength = 0x100;
    private const ushort StatusCapabilityList = 1 << 4;

    // A capability takes at least 4 bytes: no list without a loop is longer.
    private const int MaxCapabilities = (StandardLength - FirstCapability) / 4;

    private const byte PciExpressCapability = 0x10;
    private const byte MsixCapability = 0x11;
    private const byte AdvancedFeaturesCapability = 0x13;

    /// <summary>Vendor identifier; 0xFFFF where the device is gone.</summary>
    public ushort VendorId => Read16(VendorIdOffset);

    /// <summary>Device identifier; 0xFFFF where the device is gone.</summary>
    public ushort DeviceId => Read16(DeviceIdOffset);

    /// <summary>Whether a device answers: one that was pulled out or whose link is down reads all-ones.</summary>
    public bool IsPresent => VendorId != 0xFFFF;

    /// <summary>The command register.</summary>
    public PciCommand Command
    {
        get => (PciCommand)Read16(CommandOffset);
        set => Write16(CommandOffset, (ushort)value);
    }

    /// <summary>
    /// Lets the device decode memory and start DMA, and silences its INTx line. Opening and resetting a VFIO device take both away,
    /// so this comes after each.
    /// </summary>
    public void EnableDevice() =>
        Command |= PciCommand.MemorySpace | PciCommand.BusMaster | PciCommand.InterruptDisable;

    /// <summary>Lets the device start DMA, or forbids it. Forbidden, no transfer begins; those under way on the link end.</summary>
    public void SetBusMaster(bool enabled) =>
        Command = enabled ? Command | PciCommand.BusMaster : Command & ~PciCommand.BusMaster;

    /// <summary>
    /// Whether the function can be reset by itself: Function Level Reset of PCI Express (PCIe Base 5.0, 7.5.3.3) or of Advanced
    /// Features for conventional PCI.
    /// </summary>
    public bool HasFunctionLevelReset
    {
        get
        {
            if (FindCapability(PciExpressCapability) is > 0 and <= StandardLength - 8 and var express
                && (Read32(express + 4) & (1u << 28)) != 0)
                return true;
            const byte transactionsPendingAndReset = 0b11;
            return FindCapability(AdvancedFeaturesCapability) is > 0 and <= StandardLength - 4 and var advanced
                && (Read8(advanced + 3) & transactionsPendingAndReset) == transactionsPendingAndReset;
        }
    }

    /// <summary>Switches MSI-X, where the device has it, for a carrier that leaves that to its user; VFIO does it itself.</summary>
    internal void SwitchMsix(bool on)
    {
        const ushort enable = 1 << 15;
        if (FindCapability(MsixCapability) is > 0 and <= StandardLength - 4 and var msix)
            Write16(msix + 2, (ushort)(on ? Read16(msix + 2) | enable : Read16(msix + 2) & ~enable));
    }

    /// <summary>Looks for a capability (PCI Local Bus 3.0, 6.7).</summary>
    /// <param name="id">The capability's identifier, such as 0x11 for MSI-X.</param>
    /// <returns>Its offset in bytes, 0x40..0xFC; 0 where the device has none, or a list that cannot be right.</returns>
    public int FindCapability(byte id)
    {
        if (!IsPresent || (Read16(StatusOffset) & StatusCapabilityList) == 0)
            return 0;

        var offset = Read8(CapabilitiesPointerOffset) & 0xFC;
        for (var i = 0; i < MaxCapabilities && offset >= FirstCapability; i++)
        {
            var header = Read16(offset);
            if ((byte)header == id)
                return offset;
            offset = (header >> 8) & 0xFC;
        }

        return 0;
    }

    /// <summary>Reads one byte.</summary>
    /// <param name="offset">Offset in bytes.</param>
    public byte Read8(int offset)
    {
        Span<byte> bytes = stackalloc byte[1];
        Read(Checked(offset, 1), bytes);
        return bytes[0];
    }

    /// <summary>Reads 16 bits.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 2.</param>
    public ushort Read16(int offset)
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(Checked(offset, 2), bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    /// <summary>Reads 32 bits.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 4.</param>
    public uint Read32(int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(Checked(offset, 4), bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Writes 16 bits.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 2.</param>
    /// <param name="value">The value.</param>
    public void Write16(int offset, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Write(Checked(offset, 2), bytes);
    }

    /// <summary>Reads bytes in one transfer. Bytes that cannot be read (a device that is gone, an end that comes early) are 0xFF.</summary>
    /// <param name="offset">Offset in bytes, aligned to the length.</param>
    /// <param name="destination">1, 2 or 4 bytes.</param>
    protected abstract void Read(int offset, Span<byte> destination);

    /// <summary>Writes bytes in one transfer.</summary>
    /// <param name="offset">Offset in bytes, aligned to the length.</param>
    /// <param name="source">1, 2 or 4 bytes.</param>
    /// <exception cref="NvmeSetupException">The bytes could not be written.</exception>
    protected abstract void Write(int offset, ReadOnlySpan<byte> source);

    private static int Checked(int offset, int length)
    {
        const int extendedLength = 0x1000;
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, extendedLength - length);
        if (offset % length != 0)
            throw new ArgumentException($"Offset 0x{offset:x} is not a multiple of {length}.", nameof(offset));
        return offset;
    }
}
