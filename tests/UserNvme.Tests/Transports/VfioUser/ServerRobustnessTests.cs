using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Interop;
using UserNvme.Transports.VfioUser;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>A client that sends nonsense harms itself only.</summary>
public sealed class ServerRobustnessTests : IDisposable
{
    private const int Messages = 5_000;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    // One correct payload of each command, by its number.
    private static readonly (VfioUserCommand Command, byte[] Payload)[] s_correct =
    [
        (VfioUserCommand.Version, new VfioUserVersion(0, 1, new VfioUserCapabilities()).ToBytes()),
        (VfioUserCommand.DmaMap, VfioUserPayload.ToBytes(new VfioUserDmaMap { Argsz = 32, Flags = VfioUserDmaMapFlags.Read, Address = 0x10_0000, Size = 0x1000 })),
        (VfioUserCommand.DmaUnmap, VfioUserPayload.ToBytes(new VfioUserDmaUnmap { Argsz = 24, Address = 0x10_0000, Size = 0x1000 })),
        (VfioUserCommand.DeviceGetInfo, VfioUserPayload.ToBytes(new VfioUserDeviceInfo { Argsz = 16 })),
        (VfioUserCommand.DeviceGetRegionInfo, VfioUserPayload.ToBytes(new VfioUserRegionInfo { Argsz = 64 })),
        (VfioUserCommand.DeviceGetIrqInfo, VfioUserPayload.ToBytes(new VfioUserIrqInfo { Argsz = 16, Index = 2 })),
        (VfioUserCommand.DeviceSetIrqs, VfioUserPayload.ToBytes(new VfioUserIrqSet { Argsz = 20, Flags = VfioUserIrqSetFlags.DataEventfd | VfioUserIrqSetFlags.ActionTrigger, Index = 2, Count = 1 })),
        (VfioUserCommand.RegionRead, VfioUserPayload.ToBytes(new VfioUserRegionAccess { Region = 7, Count = 4 })),
        (VfioUserCommand.RegionWrite, VfioUserPayload.ToBytes(new VfioUserRegionAccess { Offset = 0x14, Count = 4 }, [1, 0, 0x46, 0])),
        (VfioUserCommand.DeviceReset, []),
        (VfioUserCommand.DmaRead, new byte[16]),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-fuzzed");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Mutated_commands_are_answered_and_the_next_client_is_served()
    {
        var path = Path.Combine(_folder.FullName, "cntrl");
        using var host = VfioUserHost.Start(path, "?size=16M");
        using (var socket = VfioUserSocket.Connect(path))
        {
            Assert.False(Exchange(socket, 0, VfioUserCommand.Version, s_correct[0].Payload, []).IsError);
            using var file = FileDescriptor.MakeEventFd();
            var random = new Random(20_2611);
            for (var i = 1; i <= Messages; i++)
            {
                var (command, correct) = s_correct[random.Next(s_correct.Length)];
                int[] descriptors = random.Next(3) switch { 0 => [file.Number], 1 => [file.Number, file.Number], _ => [] };

                var reply = Exchange(socket, (ushort)i, command, Mutate(correct, random), descriptors);

                Assert.Equal(((ushort)i, command, true), (reply.Id, reply.Command, reply.IsReply));
            }
        }

        await using var driver = await NvmeController.OpenAsync(VfioUserTransport.Open(path), new NvmeControllerOptions());
        Assert.Single(driver.Namespaces);
    }

    [Fact]
    public async Task A_message_that_is_none_ends_the_connection_and_the_next_client_is_served()
    {
        var path = Path.Combine(_folder.FullName, "cntrl");
        using var host = VfioUserHost.Start(path, "?size=16M");
        using (var socket = VfioUserSocket.Connect(path))
        {
            socket.Send(new VfioUserHeader(1, VfioUserCommand.Version, 0, (VfioUserMessageFlags)7, 0), [], [], s_limit);

            Assert.Throws<VfioUserProtocolException>(() => socket.TryReceive(s_limit));
        }

        await using var driver = await NvmeController.OpenAsync(VfioUserTransport.Open(path), new NvmeControllerOptions());
        Assert.Single(driver.Namespaces);
    }

    [Fact]
    public void A_hundred_clients_that_leave_without_a_word_leave_no_descriptor_and_no_mapping_behind()
    {
        var path = Path.Combine(_folder.FullName, "cntrl");
        using var host = VfioUserHost.Start(path, "?size=16M");
        using var memory = ForeignClient.MakeFile(1 << 20);
        using var signal = FileDescriptor.MakeEventFd();
        Visit(path, memory, signal, 2);
        var before = FilesAfter(host, 2);

        Visit(path, memory, signal, 100);

        // Tests beside this one open files as well; only what a hundred leaks would be counts.
        var after = FilesAfter(host, 102);
        Assert.InRange(after, 0, before + 80);
    }

    private static void Visit(string path, FileDescriptor memory, FileDescriptor signal, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            using var client = new ForeignClient(path);
            Assert.Equal(0, client.Map(0x10_0000, 1 << 20, VfioUserDmaMapFlags.Read | VfioUserDmaMapFlags.Write, memory.Number));
            Assert.Equal(0, client.Attach(0, signal.Number));
        }
    }

    // The number of open files when all clients are gone, and all mappings of their memory.
    private static int FilesAfter(VfioUserHost host, int clients)
    {
        Assert.True(SpinWait.SpinUntil(() => host.ClientCount == clients && CountMappings() == 0, s_limit));
        return Directory.GetFiles("/proc/self/fd").Length;
    }

    private static int CountMappings() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("memfd:client", StringComparison.Ordinal));

    private static VfioUserHeader Exchange(VfioUserSocket socket, ushort id, VfioUserCommand command, byte[] payload, int[] descriptors)
    {
        socket.Send(new VfioUserHeader(id, command, 0, VfioUserMessageFlags.None, 0), payload, descriptors, s_limit);
        using var reply = socket.TryReceive(s_limit);
        Assert.NotNull(reply);
        return reply.Header;
    }

    private static byte[] Mutate(byte[] correct, Random random)
    {
        var bytes = (byte[])correct.Clone();
        for (var changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }
}
