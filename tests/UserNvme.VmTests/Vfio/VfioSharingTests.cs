using UserNvme.Memory;
using UserNvme.Transports.Vfio;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>Several controllers of one process: one container, memory mapped once, closed in the right order.</summary>
public sealed class VfioSharingTests
{
    private static readonly Iova s_iova = new(0x4000_0000);

    [Fact]
    public void Two_controllers_of_two_groups_use_memory_that_was_mapped_once()
    {
        using var bound = new BoundControllers(GuestController.Data512, GuestController.Data4096);
        using var memory = new PinnedMemory(64 << 10);
        using var first = VfioTransport.Open(GuestController.Data512.Address);
        using var second = VfioTransport.Open(GuestController.Data4096.Address);

        first.Domain.Map(memory.Region, s_iova);

        Assert.Same(first.Domain, second.Domain);
        Assert.Equal("DATA512", new HandDriver(first, memory.Region, s_iova).ReadSerial());
        Assert.Equal("DATA4096", new HandDriver(second, memory.Region, s_iova, 0x8000).ReadSerial());
        StopAll(first, second);
        first.Domain.Unmap(memory.Region, s_iova);
    }

    [Fact]
    public void Two_controllers_of_one_group_share_the_group()
    {
        using var bound = new BoundControllers(GuestController.Twin0, GuestController.Twin1);
        using var memory = new PinnedMemory(64 << 10);
        using var first = VfioTransport.Open(GuestController.Twin0.Address);
        using var second = VfioTransport.Open(GuestController.Twin1.Address);

        first.Domain.Map(memory.Region, s_iova);

        Assert.Equal("TWIN0", new HandDriver(first, memory.Region, s_iova).ReadSerial());
        Assert.Equal("TWIN1", new HandDriver(second, memory.Region, s_iova, 0x8000).ReadSerial());
        StopAll(first, second);
        first.Domain.Unmap(memory.Region, s_iova);
    }

    [Fact]
    public void A_controller_goes_on_when_its_neighbour_is_closed_and_the_last_one_closes_everything()
    {
        using var bound = new BoundControllers(GuestController.Data512, GuestController.Data4096);
        using var memory = new PinnedMemory(64 << 10);
        var first = VfioTransport.Open(GuestController.Data512.Address);
        var second = VfioTransport.Open(GuestController.Data4096.Address);
        var domain = second.Domain;
        domain.Map(memory.Region, s_iova);

        first.Dispose();

        Assert.Equal("DATA4096", new HandDriver(second, memory.Region, s_iova).ReadSerial());
        Assert.Equal(uint.MaxValue, first.Read32(0x1C));
        StopAll(second);
        second.Dispose();
        Assert.Empty(OpenFiles.OfVfio());
        domain.Unmap(memory.Region, s_iova); // Nothing is mapped any more, so there is nothing to fail.
    }

    private static void StopAll(params VfioTransport[] transports)
    {
        foreach (var transport in transports)
            transport.Reset();
    }
}
