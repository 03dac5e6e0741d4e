using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Golden;

/// <summary>
/// The protocol's bytes as others send them: SPDK's driver to SPDK's target, QEMU to SPDK's target. Our parsers read each message, and what
/// they read is written as the same bytes. Two ends that share a structure would hide its errors.
/// </summary>
public class RecordedSessionTests
{
    private const int Limit = VfioUserCapabilities.DefaultTransfer;

    public static TheoryData<string> Sessions => ["spdk-identify", "qemu-boot"];

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Headers_are_read_and_written_as_the_same_bytes(string session)
    {
        foreach (var message in RecordedSession.Read(session))
        {
            var written = new byte[VfioUserHeader.Length];
            message.Header.Write(written);

            Assert.Equal(message.Bytes.Length, message.Header.Size);
            Assert.Equal(message.Bytes[..VfioUserHeader.Length], written);
            Assert.Equal(message.FromClient, !message.Header.IsReply);
            Assert.False(message.Header.IsError);
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Each_reply_is_to_the_oldest_request_with_its_number(string session)
    {
        var open = new List<VfioUserHeader>();
        foreach (var message in RecordedSession.Read(session))
        {
            if (message.FromClient)
            {
                if (message.Header.WantsReply) open.Add(message.Header);
                continue;
            }

            var request = Assert.Single(open, o => o.Id == message.Header.Id);
            Assert.Equal(request.Command, message.Header.Command);
            open.Remove(request);
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Requests_are_read_and_written_as_the_same_bytes(string session)
    {
        var seen = new HashSet<VfioUserCommand>();
        foreach (var message in RecordedSession.Read(session).Where(m => m.FromClient))
        {
            seen.Add(message.Header.Command);
            AssertSame(message, Rewrite(message));
        }

        Assert.Superset(
            new HashSet<VfioUserCommand>
            {
                VfioUserCommand.Version, VfioUserCommand.DmaMap, VfioUserCommand.DmaUnmap, VfioUserCommand.DeviceGetInfo,
                VfioUserCommand.DeviceGetRegionInfo, VfioUserCommand.RegionRead, VfioUserCommand.RegionWrite,
            },
            seen);
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Replies_are_read_and_written_as_the_same_bytes(string session)
    {
        var messages = RecordedSession.Read(session);
        foreach (var message in messages.Where(m => !m.FromClient))
            AssertSame(message, RewriteReply(message, messages));
    }

    [Fact]
    public void A_client_that_says_nothing_of_its_capabilities_has_those_of_the_protocol()
    {
        var version = VfioUserVersion.Parse(RecordedSession.Read("spdk-identify")[0].Payload);

        Assert.Equal(new VfioUserVersion(0, 1, new VfioUserCapabilities()), version);
    }

    [Fact]
    public void The_doorbell_page_of_SPDKs_target_is_found()
    {
        var reply = RecordedSession.Read("spdk-identify").First(m => !m.FromClient && m.Descriptors == 1);

        var region = VfioUserRegion.Parse(reply.Payload, 0);

        Assert.Equal(0x4000ul, region.Size);
        Assert.Equal([new VfioUserMmapArea(0x1000, 0x1000)], region.Areas);
    }

    // What follows the structure and is not described by it is padding.
    private static void AssertSame(RecordedMessage message, byte[] written)
    {
        Assert.True(written.Length <= message.Payload.Length, message.ToString());
        Assert.Equal(Convert.ToHexString(message.Payload[..written.Length]), Convert.ToHexString(written));
        Assert.False(message.Payload[written.Length..].ContainsAnyExcept((byte)0), message.ToString());
    }

    private static byte[] Rewrite(RecordedMessage message)
    {
        switch (message.Header.Command)
        {
            case VfioUserCommand.Version:
                return RewriteVersion(message);
            case VfioUserCommand.DmaMap:
                return VfioUserPayload.ToBytes(VfioUserDmaMap.Parse(message.Payload, message.Descriptors));
            case VfioUserCommand.DmaUnmap:
                return VfioUserPayload.ToBytes(VfioUserDmaUnmap.Parse(message.Payload));
            case VfioUserCommand.DeviceGetInfo:
                return VfioUserPayload.ToBytes(VfioUserPayload.Read<VfioUserDeviceInfo>(message.Payload, "device info"));
            case VfioUserCommand.DeviceGetRegionInfo:
                return VfioUserPayload.ToBytes(VfioUserPayload.Read<VfioUserRegionInfo>(message.Payload, "region info"));
            case VfioUserCommand.DeviceGetIrqInfo:
                return VfioUserPayload.ToBytes(VfioUserPayload.Read<VfioUserIrqInfo>(message.Payload, "interrupt info"));
            case VfioUserCommand.DeviceSetIrqs:
                return VfioUserPayload.ToBytes(VfioUserIrqSet.Parse(message.Payload, message.Descriptors, _ => 2048));
            case VfioUserCommand.RegionRead:
                return VfioUserPayload.ToBytes(VfioUserRegionAccess.ParseRead(message.Payload, Limit));
            case VfioUserCommand.RegionWrite:
                var access = VfioUserRegionAccess.ParseWithData(message.Payload, Limit, out var data);
                return VfioUserPayload.ToBytes(access, data);
            case VfioUserCommand.DeviceReset:
                return [];
            default:
                throw new InvalidOperationException(message.ToString());
        }
    }

    private static byte[] RewriteReply(RecordedMessage message, IReadOnlyList<RecordedMessage> all)
    {
        switch (message.Header.Command)
        {
            case VfioUserCommand.DmaMap or VfioUserCommand.DeviceSetIrqs:
                return [];
            case VfioUserCommand.DeviceGetRegionInfo:
                // One that was cut to the client's room is the same region as the one that was not.
                var info = VfioUserPayload.Read<VfioUserRegionInfo>(message.Payload, "region info");
                var whole = all.First(m => !m.FromClient && m.Header.Command == message.Header.Command && m.Payload.Length == info.Argsz
                    && VfioUserPayload.Read<VfioUserRegionInfo>(m.Payload, "region info").Index == info.Index);
                return VfioUserRegion.Parse(whole.Payload, info.Index).ToBytes((uint)message.Payload.Length);
            case VfioUserCommand.RegionRead:
                var read = VfioUserRegionAccess.ParseWithData(message.Payload, Limit, out var data);
                return VfioUserPayload.ToBytes(read, data);
            case VfioUserCommand.RegionWrite:
                return VfioUserPayload.ToBytes(VfioUserRegionAccess.ParseRead(message.Payload, Limit));
            default:
                return Rewrite(message);
        }
    }

    // Each end lays out its JSON as it likes: what it says has to be the same.
    private static byte[] RewriteVersion(RecordedMessage message)
    {
        var version = VfioUserVersion.Parse(message.Payload);
        Assert.Equal(version, VfioUserVersion.Parse(version.ToBytes()));
        Assert.Equal(message.Payload[..4].ToArray(), version.ToBytes()[..4]);
        return message.Payload.ToArray();
    }
}
