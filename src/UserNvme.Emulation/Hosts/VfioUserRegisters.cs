using System.Buffers.Binary;
using System.Numerics;
using UserNvme.Emulation.Queues;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>The regions of the controller as a PCI device: BAR0 with registers and doorbells, and the configuration space.</summary>
internal sealed class VfioUserRegisters
{
    /// <summary>The index of the registers.</summary>
    public const uint Bar0 = 0;

    /// <summary>The index of the configuration space.</summary>
    public const uint ConfigSpace = 7;

    private const int ConfigLength = 256;
    private const int CommandRegister = 4;
    private const ushort WritableCommands = 0x0406; // Memory decode, bus master, INTx off.
    private const ushort BusMaster = 1 << 2;

    private readonly EmulatedController _controller;
    private readonly byte[] _config = new byte[ConfigLength];

    public VfioUserRegisters(EmulatedController controller)
    {
        _controller = controller;
        Bar0Length = BitOperations.RoundUpToPowerOf2((uint)controller.RegisterSpaceLength);
        BinaryPrimitives.WriteUInt16LittleEndian(_config, 0x1B36);             // Red Hat's, for
        BinaryPrimitives.WriteUInt16LittleEndian(_config.AsSpan(2), 0x0010);   // the NVMe controller of QEMU, which this one is like.
        BinaryPrimitives.WriteUInt32LittleEndian(_config.AsSpan(8), 0x01080200); // NVM Express I/O controller.
        _config[0x10] = 0b100; // BAR0: memory, 64 bits wide.
    }

    /// <summary>Bytes of BAR0, a power of 2.</summary>
    public uint Bar0Length { get; }

    /// <summary>What a client is told of a region; the doorbells of BAR0 can be mapped.</summary>
    public VfioUserRegion Describe(uint index) => index switch
    {
        Bar0 => new VfioUserRegion(Bar0, VfioUserRegionFlags.Read | VfioUserRegionFlags.Write | VfioUserRegionFlags.Mmap, Bar0Length, 0,
            [new VfioUserMmapArea(DoorbellPage.FirstOffset, (ulong)_controller.Doorbells.Length)]),
        ConfigSpace => new VfioUserRegion(ConfigSpace, VfioUserRegionFlags.Read | VfioUserRegionFlags.Write, ConfigLength, 0, []),
        _ => new VfioUserRegion(index, 0, 0, 0, []),
    };

    /// <summary>Reads a part of a region.</summary>
    /// <exception cref="VfioUserProtocolException">It lies outside, or registers are read that are not whole.</exception>
    public void Read(in VfioUserRegionAccess access, Span<byte> data)
    {
        Check(access);
        var offset = (int)access.Offset;
        if (access.Region == ConfigSpace)
            _config.AsSpan(offset, data.Length).CopyTo(data);
        else
            for (var i = 0; i < data.Length; i += sizeof(uint))
                BinaryPrimitives.WriteUInt32LittleEndian(data[i..], offset + i < _controller.RegisterSpaceLength ? _controller.ReadRegister(offset + i) : 0);
    }

    /// <summary>Writes a part of a region.</summary>
    /// <exception cref="VfioUserProtocolException">It lies outside, or registers are written that are not whole.</exception>
    public void Write(in VfioUserRegionAccess access, ReadOnlySpan<byte> data)
    {
        Check(access);
        var offset = (int)access.Offset;
        if (access.Region == ConfigSpace)
            WriteConfig(offset, data);
        else
            for (var i = 0; i < data.Length && offset + i < _controller.RegisterSpaceLength; i += sizeof(uint))
                _controller.WriteRegister(offset + i, BinaryPrimitives.ReadUInt32LittleEndian(data[i..]));
    }

    /// <summary>Puts the configuration space back to its reset values, for the next client.</summary>
    public void Reset() => BinaryPrimitives.WriteUInt16LittleEndian(_config.AsSpan(CommandRegister), 0);

    private void WriteConfig(int offset, ReadOnlySpan<byte> data)
    {
        Span<byte> written = stackalloc byte[ConfigLength];
        _config.CopyTo(written);
        data.CopyTo(written[offset..]);
        var command = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(written[CommandRegister..]) & WritableCommands);
        BinaryPrimitives.WriteUInt16LittleEndian(_config.AsSpan(CommandRegister), command);
        _controller.SetBusMaster((command & BusMaster) != 0);
    }

    private void Check(in VfioUserRegionAccess access)
    {
        var length = access.Region switch { Bar0 => Bar0Length, ConfigSpace => (uint)ConfigLength, _ => 0u };
        if (!VfioUserPayload.IsInside(access.Offset, access.Count, length))
            throw new VfioUserProtocolException($"{access.Count} bytes at {access.Offset} of region {access.Region} are asked for, which has {length}");
        if (access.Region == Bar0 && ((access.Offset | access.Count) & 3) != 0)
            throw new VfioUserProtocolException($"{access.Count} bytes at {access.Offset} of the registers are asked for, which are not whole registers");
    }
}
