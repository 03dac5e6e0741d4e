using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using UserNvme.Memory;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.VmTests.Vfio;

/// <summary>
/// The least driver there can be: an admin queue of two entries, written by hand on the transport, so that these tests need nothing of
/// the layers above it. Uses 12 KiB of mapped memory: submission queue, completion queue, data.
/// </summary>
internal sealed unsafe class HandDriver
{
    private const int Entries = 2;
    private const int CompletionQueue = 0x1000;
    private const int Data = 0x2000;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly NvmeTransport _transport;
    private readonly byte* _memory;
    private readonly ulong _iova;
    private int _commands;

    /// <summary>Enables a controller that is disabled.</summary>
    public HandDriver(NvmeTransport transport, DmaRegion region, Iova iova, int offset = 0)
    {
        _transport = transport;
        _memory = (byte*)region.Address + offset;
        _iova = iova.Value + (ulong)offset;
        new Span<byte>(_memory, Data).Clear();
        transport.Write32(0x24, ((Entries - 1) << 16) | (Entries - 1)); // AQA
        transport.Write64(0x28, _iova); // ASQ
        transport.Write64(0x30, _iova + CompletionQueue); // ACQ
        transport.Write32(0x14, 0x0046_0001); // CC: entry sizes 64 and 16, EN
        Wait(() => (transport.Read32(0x1C) & 1) == 1); // CSTS.RDY
    }

    /// <summary>Identifies the controller and gives the serial number that it tells.</summary>
    public string ReadSerial()
    {
        var index = _commands % Entries;
        var phase = (uint)(_commands / Entries % 2) ^ 1;
        _commands++;
        new Span<byte>(_memory + Data, 4096).Clear();
        var command = MemoryMarshal.Cast<byte, uint>(new Span<byte>(_memory + (index * 64), 64));
        command.Clear();
        command[0] = (uint)AdminOpcode.Identify | ((uint)_commands << 16);
        command[6] = (uint)(_iova + Data);
        command[7] = (uint)((_iova + Data) >> 32);
        command[10] = 1; // CNS: controller

        _transport.GetDoorbell(0x1000).Write((uint)(_commands % Entries));
        var status = (uint*)(_memory + CompletionQueue + (index * 16)) + 3;
        Wait(() => ((Mmio.Read32(status) >> 16) & 1) == phase);
        Assert.Equal(0u, Mmio.Read32(status) >> 17);
        Assert.Equal((uint)_commands, Mmio.Read32(status) & 0xFFFF);
        _transport.GetDoorbell(0x1004).Write((uint)(_commands % Entries));
        return Encoding.ASCII.GetString(_memory + Data + 4, 20).TrimEnd();
    }

    /// <summary>Disables the controller; when this returns it touches no memory any more.</summary>
    public void Stop()
    {
        _transport.Write32(0x14, 0);
        Wait(() => (_transport.Read32(0x1C) & 1) == 0);
    }

    private static void Wait(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, "the controller did not answer in time");
    }
}
