using System.Diagnostics;
using System.Net.Sockets;
using UserNvme.Transports.VfioUser;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Processes;

/// <summary>A peer that is silent, slow, or stops in the middle of a message.</summary>
[Collection(nameof(Alone))]
public class SilentPeerTests
{
    // What one unanswered request costs, and as much again for a machine that is busy.
    private static readonly TimeSpan s_bound = VfioUserConnection.RequestTimeout * 2;

    [Theory]
    [InlineData("says nothing")]
    [InlineData("sends half a header")]
    [InlineData("sends a header and half of what it announces")]
    public async Task A_server_that_does_not_answer_is_given_up_within_a_bound(string server)
    {
        using var folder = new ServedFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint($"{folder.Path}/cntrl"));
        listener.Listen(1);
        var open = Task.Run(() => Record.Exception(() => VfioUserTransport.Open(folder.Path)));
        using var accepted = await listener.AcceptAsync();
        var since = Stopwatch.StartNew();
        var header = new byte[16];
        new VfioUserHeader(1, VfioUserCommand.Version, 100, VfioUserMessageFlags.Reply, 0).Write(header);
        if (server != "says nothing")
            accepted.Send(server == "sends half a header" ? header[..8] : [.. header, 0, 0, 1, 0]);

        var error = Assert.IsType<NvmeSetupException>(await open.WaitAsync(s_bound * 2));

        Assert.Equal(SetupProblem.DeviceFailed, error.Problem);
        Assert.Matches(@"^[^\n]+\.$", error.Message);
        Assert.True(since.Elapsed < s_bound, since.Elapsed.ToString());
    }

    [Theory]
    [InlineData("sends half a header")]
    [InlineData("sends a header and half of what it announces")]
    public async Task A_client_that_stops_within_a_message_gives_way_to_the_next(string client)
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        using var silent = Connect(folder);
        var header = new byte[16];
        new VfioUserHeader(1, VfioUserCommand.Version, 100, VfioUserMessageFlags.None, 0).Write(header);
        silent.Send(client == "sends half a header" ? header[..8] : [.. header, 0, 0, 1, 0]);

        await using var driver = await folder.OpenAsync();

        Assert.Single(driver.Namespaces);
    }

    [Fact]
    public async Task A_client_that_sends_byte_by_byte_is_served()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        using var slow = Connect(folder);
        var payload = new VfioUserVersion(0, 1, new VfioUserCapabilities()).ToBytes();
        var header = new byte[16];
        new VfioUserHeader(1, VfioUserCommand.Version, 16 + payload.Length, VfioUserMessageFlags.None, 0).Write(header);

        foreach (var b in (byte[])[.. header, .. payload])
        {
            slow.Send([b]);
            await Task.Delay(1);
        }

        using var reply = new VfioUserSocket(slow).TryReceive(s_bound);
        Assert.True(reply is { Header: { IsReply: true, IsError: false, Command: VfioUserCommand.Version } });
    }

    [Fact]
    public async Task A_client_that_never_says_a_word_gives_way_to_the_next()
    {
        using var folder = new ServedFolder();
        using var server = ToolProcess.Serve(folder.Path);
        using var silent = Connect(folder);

        await using var driver = await folder.OpenAsync();

        Assert.Single(driver.Namespaces);
    }

    private static Socket Connect(ServedFolder folder)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint($"{folder.Path}/cntrl"));
        return socket;
    }
}
