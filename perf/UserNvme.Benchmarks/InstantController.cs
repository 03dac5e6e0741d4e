using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;

namespace UserNvme.Benchmarks;

/// <summary>A real controller whose I/O queues end in rings that complete at once: what is left to measure is the driver.</summary>
internal static class InstantController
{
    public static NvmeController Open(NvmeControllerOptions options)
    {
        var controller = NvmeController.OpenAsync(EmulatedTransport.Open("?host=inline&backing=null"), options).GetAwaiter().GetResult();
        var domain = (EmulatedDmaDomain)controller.Space.Domain;
        foreach (var channel in controller.Channels)
            channel.Reactor.Invoke(() => InstantQueue.Open(channel.Pair, iova => AddressOf(domain, iova)), TimeSpan.FromSeconds(5));
        return controller;
    }

    private static unsafe nint AddressOf(EmulatedDmaDomain domain, Iova iova)
    {
        ref readonly var mapping = ref domain.Table[domain.Table.Find(iova.Value)];
        return (nint)mapping.Address + (nint)(iova.Value - mapping.First);
    }
}
