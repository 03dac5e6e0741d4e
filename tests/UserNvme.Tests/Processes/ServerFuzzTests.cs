using System.Globalization;
using System.Net.Sockets;
using CsCheck;
using UserNvme.Interop;
using UserNvme.Tests.Golden;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Processes;

/// <summary>A served controller gets the sessions of other drivers with mutations in them.</summary>
[Collection(nameof(Alone))]
public class ServerFuzzTests(ITestOutputHelper output)
{
    private const int Messages = 100_000;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_server_of_100_000_mutated_messages_lives_leaks_nothing_and_serves_the_next_client()
    {
        var sessions = new[] { "spdk-identify", "qemu-boot" }.Select(name => RecordedSession.Read(name).Where(m => m.FromClient).ToArray()).ToArray();
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        using var files = new PassedFiles();
        for (var i = 0; i < 20; i++) Play(folder, files, sessions[i % 2], []);
        var before = ProcessUse.Of(server.Id);
        long sent = 0, replies = 0;
        var played = 0;

        while (sent < Messages)
        {
            Gen.OneOf(Gen.Const(0), Gen.Const(1)).SelectMany(which => Mutation.OfSession(sessions[which].Length), (which, mutations) => (which, mutations))
                .Sample(sample =>
                {
                    var (now, answered) = Play(folder, files, sessions[sample.which], sample.mutations);
                    (sent, replies, played) = (sent + now, replies + answered, played + 1);
                    Assert.False(server.HasExited);
                }, iter: 200, threads: 1);
        }

        await ProcessUse.AssertReturnedAsync(server.Id, before);
        await using (var driver = await folder.OpenAsync()) Assert.Single(driver.Namespaces);
        await ProcessUse.AssertReturnedAsync(server.Id, before);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sent:N0} messages in {played:N0} sessions, {replies:N0} bytes of replies; server {before} -> {ProcessUse.Of(server.Id)}"));
    }

    // Sends all, says that nothing comes any more, and reads to the end, which the server has to bring about.
    private static (int Sent, long ReplyBytes) Play(ServedFolder folder, PassedFiles files, RecordedMessage[] session, Mutation[] mutations)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint($"{folder.Path}/cntrl"));
        var sent = 0;
        for (var i = 0; i < session.Length; i++)
        {
            var (bytes, descriptors) = (session[i].Bytes, session[i].Descriptors);
            foreach (var mutation in mutations.Where(m => m.Message == i))
                (bytes, descriptors) = mutation.Apply(bytes, descriptors);
            var numbers = files.Take(session[i].Header.Command == VfioUserCommand.DmaMap, Math.Min(descriptors, 4));
            var result = SocketMessages.Send(socket.SafeHandle, bytes, numbers, Deadline.After(s_limit));
            Assert.NotEqual(SocketMessages.TimedOut, result);
            // The server has closed: it does so once it cannot understand its client.
            if (result < 0) break;
            sent++;
        }

        return (sent, ReadToEnd(socket));
    }

    private static long ReadToEnd(Socket socket)
    {
        var buffer = new byte[64 << 10];
        long total = 0;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            socket.ReceiveTimeout = (int)s_limit.TotalMilliseconds;
            while (socket.Receive(buffer) is > 0 and var count) total += count;
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.TimedOut && e.SocketErrorCode != SocketError.WouldBlock)
        {
            // Reset: it closed with something of ours unread.
        }

        return total;
    }
}
