using System.Net.Sockets;
using System.Text;
using Tmds.Linux;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>Whole messages with their descriptors over a real socket.</summary>
public sealed unsafe class SocketTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-socket");
    private readonly Socket _server;
    private readonly VfioUserSocket _near;
    private readonly VfioUserSocket _far;

    public SocketTests()
    {
        var path = Path.Combine(_folder.FullName, "cntrl");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        _near = VfioUserSocket.Connect(path);
        _server = listener.Accept();
        _far = new VfioUserSocket(_server);
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_kernels_structures_have_the_sizes_of_64_bit_machines()
    {
        Assert.Equal(56, sizeof(msghdr));
        Assert.Equal(16, sizeof(cmsghdr));
    }

    [Fact]
    public void A_message_arrives_with_its_payload_and_descriptors()
    {
        using var first = FileDescriptor.MakeEventFd();
        using var second = FileDescriptor.MakeEventFd();
        _near.Send(Command(VfioUserCommand.DeviceSetIrqs), "payload"u8, [first.Number, second.Number], s_limit);

        using var message = _far.TryReceive(s_limit)!;

        Assert.Equal((VfioUserCommand.DeviceSetIrqs, 16 + 7), (message.Header.Command, message.Header.Size));
        Assert.Equal("payload", Encoding.ASCII.GetString(message.Payload.Span));
        Assert.Equal(2, message.DescriptorCount);
        using var passed = message.TakeDescriptor()!;
        passed.Signal();
        Assert.Equal(1ul, Count(first));
        Assert.Equal(0ul, Count(second));
    }

    [Fact]
    public void Messages_behind_each_other_stay_apart()
    {
        using var file = FileDescriptor.MakeEventFd();
        _near.Send(Command(VfioUserCommand.RegionRead), new byte[100], [], s_limit);
        _near.Send(Command(VfioUserCommand.DmaMap), [], [file.Number], s_limit);

        using var first = _far.TryReceive(s_limit)!;
        using var second = _far.TryReceive(s_limit)!;

        Assert.Equal((VfioUserCommand.RegionRead, 100, 0), (first.Header.Command, first.Payload.Length, first.DescriptorCount));
        Assert.Equal((VfioUserCommand.DmaMap, 0, 1), (second.Header.Command, second.Payload.Length, second.DescriptorCount));
    }

    [Fact]
    public void A_silent_peer_is_waited_for_no_longer_than_told() => Assert.Null(_far.TryReceive(TimeSpan.FromMilliseconds(20)));

    [Fact]
    public void A_peer_that_does_not_read_is_given_up()
    {
        var large = new byte[1 << 20];

        var e = Assert.Throws<VfioUserProtocolException>(() =>
        {
            for (var i = 0; i < 64; i++)
                _near.Send(Command(VfioUserCommand.RegionWrite), large, [], TimeSpan.FromMilliseconds(20));
        });

        Assert.Contains("in time", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_left_is_an_error_for_both_directions()
    {
        _far.Dispose();

        Assert.Contains("closed", Assert.Throws<VfioUserProtocolException>(() => _near.TryReceive(s_limit)).Message, StringComparison.Ordinal);
        Assert.Throws<VfioUserProtocolException>(() => _near.Send(Command(VfioUserCommand.Version), [1], [], s_limit));
    }

    [Fact]
    public void Descriptors_of_a_message_that_is_none_are_closed()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, LibC.pipe2(ends, LibC.O_CLOEXEC | LibC.O_NONBLOCK));
        using var reader = FileDescriptor.Adopt(ends[0]);
        using (var writer = FileDescriptor.Adopt(ends[1]))
            Assert.Equal(16, SocketMessages.Send(_server.SafeHandle, new byte[16], [writer.Number, writer.Number], Deadline.After(s_limit)));

        Assert.Throws<VfioUserProtocolException>(() => _near.TryReceive(s_limit));

        // A pipe is at its end when nobody has its other end any more.
        byte nothing;
        Assert.Equal(0, (long)LibC.read(reader.Number, &nothing, 1));
    }

    private static VfioUserHeader Command(VfioUserCommand command) => new(1, command, 0, VfioUserMessageFlags.None, 0);

    private static ulong Count(FileDescriptor eventFd)
    {
        ulong value = 0;
        return LibC.read(eventFd.Number, &value, 8) == 8 ? value : 0;
    }
}
