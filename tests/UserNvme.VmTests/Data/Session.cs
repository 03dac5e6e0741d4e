using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Spec;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Data;

/// <summary>A controller of the guest, taken from the kernel and driven by UserNvme until it is disposed.</summary>
public sealed class Session : IAsyncDisposable
{
    // The guest's controllers say that enabling and disabling take at most 7.5 s each (CAP.TO); a start does each once, and has as much again to spare.
    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(30);
    private readonly Loan _loan;

    private Session(Loan loan, NvmeController controller)
    {
        _loan = loan;
        Controller = controller;
        Device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
    }

    public NvmeController Controller { get; }

    /// <summary>Namespace 1.</summary>
    public IBlockDevice Device { get; }

    public static async Task<Session> OpenAsync(GuestController controller, NvmeControllerOptions? options = null)
    {
        var loan = Loan.Of(controller);
        try
        {
            return new Session(loan, await NvmeController.OpenAsync(controller.Address, options).WaitAsync(s_longestStart));
        }
        catch
        {
            loan.Dispose();
            throw;
        }
    }

    public Task WriteAsync(IEnumerable<Extent> extents) => EachAsync(extents, async extent =>
    {
        using var memory = new ExtentMemory(Device, extent);
        await memory.WriteAsync();
    });

    public async Task<IReadOnlyDictionary<Extent, string>> HashesAsync(IEnumerable<Extent> extents)
    {
        var hashes = new System.Collections.Concurrent.ConcurrentDictionary<Extent, string>();
        await EachAsync(extents, async extent =>
        {
            using var memory = new ExtentMemory(Device, extent);
            hashes[extent] = await memory.ReadHashAsync();
        });
        return hashes;
    }

    public async ValueTask DisposeAsync()
    {
        await Controller.DisposeAsync();
        _loan.Dispose();
    }

    private static Task EachAsync(IEnumerable<Extent> extents, Func<Extent, ValueTask> action) =>
        Parallel.ForEachAsync(extents, new ParallelOptions { MaxDegreeOfParallelism = 16 }, (extent, _) => action(extent));
}
