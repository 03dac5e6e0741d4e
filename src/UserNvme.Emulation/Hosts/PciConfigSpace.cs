using System.Buffers.Binary;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// The configuration space of the controller as a PCI Express function: a type 0 header with BAR0, and the capabilities power management,
/// MSI-X and PCI Express. Which bits can be written is kept beside them, so that accesses of any size and alignment do what PCI says.
/// The extended space is empty.
/// </summary>
internal sealed class PciConfigSpace
{
    /// <summary>Bytes of the space.</summary>
    public const int Length = 4096;

    private const int Command = 0x04;
    private const int Bar0 = 0x10;
    private const int PowerManagement = 0x40;
    private const int Msix = 0x50;
    private const int Express = 0x60;
    private const int PowerControl = PowerManagement + 4;
    private const int DeviceControl = Express + 8;
    private const ushort BusMaster = 1 << 2;
    private const ushort InitiateReset = 1 << 15;

    private readonly byte[] _initial = new byte[Length];
    private readonly byte[] _writable = new byte[Length];
    private readonly byte[] _bytes = new byte[Length];

    /// <summary>Makes the space as it is after a reset.</summary>
    /// <param name="bar0Length">Bytes of BAR0, a power of 2, 4096 or more.</param>
    /// <param name="vectors">MSI-X vectors, 0 to 2,048; with none the capability has one that nothing fires.</param>
    /// <param name="tableOffset">Where their table is in BAR0, a multiple of 8.</param>
    /// <param name="pendingOffset">Where the pending bits are in BAR0, a multiple of 8.</param>
    /// <param name="canReset">Whether function level reset is offered.</param>
    public PciConfigSpace(uint bar0Length, int vectors, uint tableOffset, uint pendingOffset, bool canReset)
    {
        WriteHeader(bar0Length);
        WriteCapabilities(vectors, tableOffset, pendingOffset, canReset);
        Reset();
    }

    /// <summary>Whether the function may do DMA: bus mastering is on and the power state is D0.</summary>
    public bool IsBusMaster => (Word(Command) & BusMaster) != 0 && (_bytes[PowerControl] & 3) == 0;

    /// <summary>Reads bytes.</summary>
    /// <param name="offset">The first; all lie inside.</param>
    /// <param name="data">Where they go.</param>
    public void Read(int offset, Span<byte> data) => _bytes.AsSpan(offset, data.Length).CopyTo(data);

    /// <summary>Writes bytes, as far as they can be written.</summary>
    /// <param name="offset">The first; all lie inside.</param>
    /// <param name="data">The bytes.</param>
    /// <returns>Whether a function level reset is asked for.</returns>
    public bool Write(int offset, ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            var writable = _writable[offset + i];
            _bytes[offset + i] = (byte)((_bytes[offset + i] & ~writable) | (data[i] & writable));
        }

        // The bit reads as 0 always.
        var reset = (Word(DeviceControl) & InitiateReset) != 0;
        _bytes[DeviceControl + 1] &= 0x7F;
        return reset;
    }

    /// <summary>Gives everything its value after a reset.</summary>
    public void Reset() => _initial.CopyTo(_bytes, 0);

    private void WriteHeader(uint bar0Length)
    {
        Put16(0x00, 0x1B36);               // Red Hat's, for
        Put16(0x02, 0x0010);               // the NVMe controller of QEMU, which this one is like.
        Put16(Command, 0, writable: 0x0546); // Memory decode, bus master, parity, SERR, INTx off.
        Put16(0x06, 1 << 4);               // Status: there are capabilities.
        Put32(0x08, 0x0108_0200);          // NVM Express I/O controller, revision 0.
        Put8(0x0C, 0, writable: 0xFF);     // Cache line size, which does nothing.
        // Memory, 64 bits wide; the bits below its size read as 0, which is how a host finds the size out.
        Put32(Bar0, 0b100, writable: ~(bar0Length - 1));
        Put32(Bar0 + 4, 0, writable: uint.MaxValue);
        Put16(0x2C, 0x1AF4);               // The subsystem, as QEMU has it.
        Put16(0x2E, 0x1100);
        Put8(0x34, PowerManagement);
        Put8(0x3C, 0, writable: 0xFF);     // Interrupt line, for the host's own use; there is no pin.
    }

    private void WriteCapabilities(int vectors, uint tableOffset, uint pendingOffset, bool canReset)
    {
        Put16(PowerManagement, 0x01 | (Msix << 8));
        Put16(PowerManagement + 2, 3);                    // Version 1.2; D1 and D2 are not there.
        Put16(PowerControl, 1 << 3, writable: 3);         // No reset on the way from D3 to D0.

        Put16(Msix, 0x11 | (Express << 8));
        Put16(Msix + 2, (ushort)(Math.Max(vectors, 1) - 1), writable: 0xC000); // Enable and function mask.
        Put32(Msix + 4, tableOffset);                     // The low three bits are the BAR: 0.
        Put32(Msix + 8, pendingOffset);

        Put16(Express, 0x10);
        Put16(Express + 2, 2);                            // Version 2 of the capability, an endpoint.
        Put32(Express + 4, (1u << 15) | (canReset ? 1u << 28 : 0)); // Role-based error reporting; function level reset.
        Put16(DeviceControl, 0, writable: (ushort)(0x7FFF | (canReset ? InitiateReset : 0)));
        Put32(Express + 0x0C, 0x11);                      // A link of one lane at 2.5 GT/s,
        Put16(Express + 0x10, 0, writable: 0x01FB);
        Put16(Express + 0x12, 0x11);                      // as it is now.
        Put16(Express + 0x28, 0, writable: 0x001F);       // Completion timeout, which does nothing.
    }

    private ushort Word(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private void Put8(int offset, byte value, byte writable = 0) => (_initial[offset], _writable[offset]) = (value, writable);

    private void Put16(int offset, int value, int writable = 0)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_initial.AsSpan(offset), (ushort)value);
        BinaryPrimitives.WriteUInt16LittleEndian(_writable.AsSpan(offset), (ushort)writable);
    }

    private void Put32(int offset, uint value, uint writable = 0)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_initial.AsSpan(offset), value);
        BinaryPrimitives.WriteUInt32LittleEndian(_writable.AsSpan(offset), writable);
    }
}
