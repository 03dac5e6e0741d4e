using System.Diagnostics.CodeAnalysis;
using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports.Vfio;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>MSI-X vectors on eventfds.</summary>
public sealed class VfioInterruptTests : IDisposable
{
    private static readonly Iova s_iova = new(0x4000_0000);

    private readonly BoundControllers _bound = new(GuestController.Data512);
    private readonly PinnedMemory _memory = new(64 << 10);
    private readonly FileDescriptor _event = FileDescriptor.MakeEventFd();
    private VfioTransport _transport;
    private HandDriver _driver;

    public VfioInterruptTests() => Open();

    public void Dispose()
    {
        Close();
        _event.Dispose();
        _memory.Dispose();
        _bound.Dispose();
    }

    [Fact]
    public void A_completion_of_the_admin_queue_fires_vector_0()
    {
        _transport.SetInterrupt(0, _event.Number);

        _driver.ReadSerial();

        Assert.True(Fires());
    }

    [Fact]
    public void A_detached_vector_is_silent_and_fires_again_when_attached()
    {
        _transport.SetInterrupt(0, _event.Number);
        _driver.ReadSerial();
        Assert.True(Fires());

        _transport.SetInterrupt(0, -1);
        _driver.ReadSerial();
        Assert.Equal(0ul, Take());

        _transport.SetInterrupt(0, _event.Number);
        _driver.ReadSerial();
        Assert.True(Fires());
    }

    [Fact]
    public void A_vector_beyond_those_switched_on_keeps_the_earlier_ones_attached()
    {
        using var last = FileDescriptor.MakeEventFd();
        _transport.SetInterrupt(0, _event.Number);

        _transport.SetInterrupt(_transport.InterruptVectors - 1, last.Number);
        Take(); // Signalled once, as an interrupt could have been lost while all were off.

        _driver.ReadSerial();
        Assert.True(Fires());
    }

    [Fact]
    public void A_vector_that_is_attached_after_its_queue_was_made_fires_however_often_the_controller_is_opened()
    {
        for (var round = 0; round < 4; round++)
        {
            _transport.SetInterrupt(0, _event.Number);
            _driver.ReadSerial();
            Assert.True(Fires(), $"round {round}");

            Close();
            Open();
        }
    }

    [Fact]
    public void Interrupts_survive_a_reset()
    {
        _transport.SetInterrupt(0, _event.Number);

        _transport.Reset();
        _driver = new HandDriver(_transport, _memory.Region, s_iova);
        _driver.ReadSerial();

        Assert.True(Fires());
    }

    [Fact]
    public void A_vector_that_the_controller_does_not_have_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _transport.SetInterrupt(_transport.InterruptVectors, _event.Number));
        Assert.Throws<ArgumentOutOfRangeException>(() => _transport.SetInterrupt(-1, _event.Number));
    }

    [MemberNotNull(nameof(_transport), nameof(_driver))]
    private void Open()
    {
        _transport = VfioTransport.Open(GuestController.Data512.Address);
        _transport.Domain.Map(_memory.Region, s_iova);
        _driver = new HandDriver(_transport, _memory.Region, s_iova);
    }

    private void Close()
    {
        _driver.Stop();
        _transport.Domain.Unmap(_memory.Region, s_iova);
        _transport.Dispose();
    }

    private unsafe bool Fires()
    {
        var file = new pollfd { fd = _event.Number, events = LibC.POLLIN };
        return LibC.poll(&file, 1, 20_000) == 1 && Take() > 0;
    }

    private unsafe ulong Take()
    {
        ulong count = 0;
        return LibC.read(_event.Number, &count, sizeof(ulong)) == sizeof(ulong) ? count : 0;
    }
}
