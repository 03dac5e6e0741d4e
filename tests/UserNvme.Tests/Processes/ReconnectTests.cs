using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Tests.Processes;

/// <summary>One server, one client, many connections.</summary>
[Collection(nameof(Alone))]
public class ReconnectTests(ITestOutputHelper output)
{
    private const int WarmUp = 50;
    private const int Rounds = 1000;

    [Fact]
    public async Task After_1000_connections_both_sides_have_open_and_mapped_what_they_had()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        for (var round = 0; round < WarmUp; round++) await ConnectAsync(folder, round);
        await Task.Delay(500);
        var (ours, theirs) = (ProcessUse.Of(Environment.ProcessId), ProcessUse.Of(server.Id));

        for (var round = 0; round < Rounds; round++) await ConnectAsync(folder, round);

        await ProcessUse.AssertReturnedAsync(Environment.ProcessId, ours);
        await ProcessUse.AssertReturnedAsync(server.Id, theirs);
        output.WriteLine($"{Rounds} connections; client {ours} -> {ProcessUse.Of(Environment.ProcessId)}, server {theirs} -> {ProcessUse.Of(server.Id)}");
    }

    private static async Task ConnectAsync(ServedFolder folder, int round)
    {
        // A small heap: most of the time of a connection goes into making its memory.
        using var heap = new DmaHeap(new DmaHeapOptions { RegionBytes = 8 << 20 });
        await using var driver = await folder.OpenAsync(new NvmeControllerOptions { Heap = heap, IoQueueEntries = 64, MaxTransferBytes = 128 << 10 });
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
        await disk.WriteAsync(Enumerable.Repeat((byte)round, 4096).ToArray(), 4096L * (round % 4096));
        var read = new byte[4096];
        await disk.ReadAsync(read, 4096L * (round % 4096));
        Assert.False(read.AsSpan().ContainsAnyExcept((byte)round));
    }
}
