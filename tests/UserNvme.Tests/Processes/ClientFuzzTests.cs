using System.Globalization;
using CsCheck;
using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports;
using UserNvme.Transports.VfioUser;

namespace UserNvme.Tests.Processes;

/// <summary>The client gets replies and requests with mutations in them.</summary>
[Collection(nameof(Alone))]
public class ClientFuzzTests(ITestOutputHelper output)
{
    private const int Messages = 100_000;
    private const int OfOneSession = 24;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_of_100_000_mutated_messages_ends_each_session_in_order_or_with_one_sentence_and_leaks_nothing()
    {
        using var folder = new ServedFolder();
        using var files = new PassedFiles();
        using var server = new HostileServer(folder.Path, files);
        for (var i = 0; i < 20; i++) Assert.Null(Play(folder, server, []));
        var before = ProcessUse.Of(Environment.ProcessId);
        int played = 0, refused = 0;

        while (server.Sent < Messages)
        {
            Mutation.OfSession(OfOneSession).Sample(mutations =>
            {
                var error = Play(folder, server, mutations);
                (played, refused) = (played + 1, refused + (error is null ? 0 : 1));
                if (error is null) return;
                Assert.IsType<NvmeSetupException>(error);
                Assert.Matches(@"^[^\n]+\.$", error.Message);
            }, iter: 200, threads: 1);
        }

        await ProcessUse.AssertReturnedAsync(Environment.ProcessId, before);
        Assert.Null(Play(folder, server, []));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{server.Sent:N0} messages in {played:N0} sessions, {refused:N0} of them refused; client {before} -> {ProcessUse.Of(Environment.ProcessId)}"));
    }

    private static Exception? Play(ServedFolder folder, HostileServer server, Mutation[] mutations)
    {
        var serving = Task.Factory.StartNew(() => server.Serve(mutations), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var error = Record.Exception(() => UseTransport(folder));
        Assert.True(serving.Wait(s_limit));
        return error;
    }

    // All that a driver asks of a transport, once.
    private static void UseTransport(ServedFolder folder)
    {
        using NvmeTransport transport = VfioUserTransport.Open(folder.Path);
        using var heap = new DmaHeap(new DmaHeapOptions { RegionBytes = 64 << 10, PageSize = DmaPageSize.FourKilobytes });
        var space = heap.Attach(transport.Domain);
        try
        {
            using var buffer = heap.Rent(4096);
            transport.Read64(0);
            transport.Write32(0x14, 1);
            transport.GetDoorbell(0x1000).Write(1);
            using var file = FileDescriptor.MakeEventFd();
            if (transport.InterruptVectors > 0) transport.SetInterrupt(0, file.Number);
            if (transport.CanReset) transport.Reset();
            transport.SetBusMaster(false);
        }
        finally
        {
            heap.Detach(space);
        }
    }
}
