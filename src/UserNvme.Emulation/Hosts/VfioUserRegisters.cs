using System.Buffers.Binary;
using System.Numerics;
using UserNvme.Emulation.Queues;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>
/// The regions of the controller as a PCI device: BAR0 with registers, doorbells and the MSI-X table behind each other, and the
/// configuration space. Interrupts are attached by message, so the table is kept for the host to read back and does nothing.
/// </summary>
internal sealed class VfioUserRegisters
{
    /// <summary>The index of BAR0.</summary>
    public const uint Bar0 = 0;

    /// <summary>The index of the configuration space.</summary>
    public const uint ConfigSpace = 7;

    private const int VectorLength = 16;
    private const int Page = 4096;

    private readonly EmulatedController _controller;
    private readonly PciConfigSpace _config;
    private readonly byte[] _table;
    private readonly int _tableOffset;

    public VfioUserRegisters(EmulatedController controller)
    {
        _controller = controller;
        _table = new byte[controller.InterruptVectors * VectorLength];
        // Pages of their own, so that a client can keep the table to itself and map the doorbells.
        _tableOffset = controller.RegisterSpaceLength;
        var pendingOffset = _tableOffset + ((_table.Length + Page - 1) & ~(Page - 1));
        Bar0Length = BitOperations.RoundUpToPowerOf2((uint)(pendingOffset + Page));
        _config = new PciConfigSpace(Bar0Length, controller.InterruptVectors, (uint)_tableOffset, (uint)pendingOffset, controller.Options.CanReset);
        MaskVectors();
    }

    /// <summary>Bytes of BAR0, a power of 2.</summary>
    public uint Bar0Length { get; }

    /// <summary>Whether the client lets the controller do DMA.</summary>
    public bool IsBusMaster => _config.IsBusMaster;

    /// <summary>What a client is told of a region; the doorbells of BAR0 can be mapped.</summary>
    public VfioUserRegion Describe(uint index) => index switch
    {
        Bar0 => new VfioUserRegion(Bar0, VfioUserRegionFlags.Read | VfioUserRegionFlags.Write | VfioUserRegionFlags.Mmap, Bar0Length, 0,
            [new VfioUserMmapArea(DoorbellPage.FirstOffset, (ulong)_controller.Doorbells.Length)]),
        ConfigSpace => new VfioUserRegion(ConfigSpace, VfioUserRegionFlags.Read | VfioUserRegionFlags.Write, PciConfigSpace.Length, 0, []),
        _ => new VfioUserRegion(index, 0, 0, 0, []),
    };

    /// <summary>Reads a part of a region.</summary>
    /// <exception cref="VfioUserProtocolException">It lies outside.</exception>
    public void Read(in VfioUserRegionAccess access, Span<byte> data)
    {
        Check(access);
        var offset = (int)access.Offset;
        if (access.Region == ConfigSpace)
            _config.Read(offset, data);
        else
            ReadBar(offset, data);
    }

    /// <summary>Writes a part of a region.</summary>
    /// <returns>Whether a function level reset is asked for.</returns>
    /// <exception cref="VfioUserProtocolException">It lies outside.</exception>
    public bool Write(in VfioUserRegionAccess access, ReadOnlySpan<byte> data)
    {
        Check(access);
        var offset = (int)access.Offset;
        if (access.Region == ConfigSpace)
            return _config.Write(offset, data);
        WriteBar(offset, data);
        return false;
    }

    /// <summary>Puts everything that is kept here back to its reset values.</summary>
    public void Reset()
    {
        _config.Reset();
        MaskVectors();
    }

    // A register is read as a whole, whatever part of it is asked for.
    private void ReadBar(int offset, Span<byte> data)
    {
        Span<byte> register = stackalloc byte[sizeof(uint)];
        while (!data.IsEmpty)
        {
            var inside = offset & 3;
            BinaryPrimitives.WriteUInt32LittleEndian(register, Read32(offset - inside));
            var count = Math.Min(data.Length, register.Length - inside);
            register.Slice(inside, count).CopyTo(data);
            data = data[count..];
            offset += count;
        }
    }

    private uint Read32(int offset) =>
        offset < _controller.RegisterSpaceLength ? _controller.ReadRegister(offset)
        : offset - _tableOffset < _table.Length ? BinaryPrimitives.ReadUInt32LittleEndian(_table.AsSpan(offset - _tableOffset))
        : 0;

    private void WriteBar(int offset, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            // Parts of registers cannot be written; the controller takes them as what they are, a write to no register.
            var whole = (offset & 3) == 0 && data.Length >= sizeof(uint);
            var count = whole ? sizeof(uint) : Math.Min(data.Length, sizeof(uint) - (offset & 3));
            if (offset < _controller.RegisterSpaceLength)
                _controller.WriteRegister(whole ? offset : offset | 1, whole ? BinaryPrimitives.ReadUInt32LittleEndian(data) : 0);
            else if (offset - _tableOffset is var inTable && inTable < _table.Length)
                data[..Math.Min(count, _table.Length - inTable)].CopyTo(_table.AsSpan(inTable));
            data = data[count..];
            offset += count;
        }
    }

    private void MaskVectors()
    {
        Array.Clear(_table);
        for (var i = VectorLength - sizeof(uint); i < _table.Length; i += VectorLength)
            _table[i] = 1;
    }

    private void Check(in VfioUserRegionAccess access)
    {
        var length = access.Region switch { Bar0 => Bar0Length, ConfigSpace => (uint)PciConfigSpace.Length, _ => 0u };
        if (!VfioUserPayload.IsInside(access.Offset, access.Count, length))
            throw new VfioUserProtocolException($"{access.Count} bytes at {access.Offset} of region {access.Region} are asked for, which has {length}");
    }
}
