using System.Net.Sockets;
using UserNvme.Emulation.Hosts;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>How the socket of a served controller comes to be where clients look for it.</summary>
public sealed class ServedSocketTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-socket");

    private string SocketPath => Path.Combine(_folder.FullName, "cntrl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Whoever_sees_the_socket_can_connect()
    {
        for (var round = 0; round < 2000; round++)
        {
            using var begin = new Barrier(2);
            var connect = Task.Factory.StartNew(
                () =>
                {
                    begin.SignalAndWait();
                    while (!File.Exists(SocketPath)) Thread.SpinWait(1);
                    Connect().Dispose();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

            begin.SignalAndWait();
            using (ServedSocket.Listen(SocketPath)) await connect;
            File.Delete(SocketPath);
        }
    }

    [Fact]
    public void A_socket_that_a_dead_server_left_is_replaced_and_nothing_else_is_left_beside_it()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + "~"));
            // Closing it takes the file away by the name that it was bound to.
            File.Move(SocketPath + "~", SocketPath);
        }

        using var listener = ServedSocket.Listen(SocketPath);
        Connect().Dispose();

        Assert.Equal([SocketPath], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void A_server_that_listens_is_not_replaced()
    {
        using var listener = ServedSocket.Listen(SocketPath);

        var error = Assert.Throws<NvmeSetupException>(() => ServedSocket.Listen(SocketPath));

        Assert.Contains($"No socket can be made at {SocketPath}: ", error.Message, StringComparison.Ordinal);
        Connect().Dispose();
        Assert.Equal([SocketPath], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void A_file_of_somebodys_is_not_replaced()
    {
        File.WriteAllText(SocketPath, "");

        Assert.Throws<NvmeSetupException>(() => ServedSocket.Listen(SocketPath));

        Assert.Equal([SocketPath], Directory.GetFileSystemEntries(_folder.FullName));
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }
}
