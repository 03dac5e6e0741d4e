using CsCheck;
using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public class PciConfigSpaceTests
{
    private const int FlrBit = 1 << 28;

    [Fact]
    public void Enabling_sets_memory_decode_bus_mastering_and_interrupt_disable_and_keeps_the_rest()
    {
        var config = new ByteConfigSpace { [0x04] = 0x40 };

        config.EnableDevice();

        Assert.Equal(0x446, (int)config.Command);
    }

    [Fact]
    public void Bus_mastering_is_switched_alone()
    {
        var config = new ByteConfigSpace { [0x04] = 0x06, [0x05] = 0x04 };

        config.SetBusMaster(false);
        var off = config.Command;
        config.SetBusMaster(true);

        Assert.Equal((0x402, 0x406), ((int)off, (int)config.Command));
    }

    [Fact]
    public void A_capability_is_found_behind_others()
    {
        var config = new ByteConfigSpace().WithCapabilities((0x40, 0x01), (0x80, 0x11), (0x60, 0x10));

        Assert.Equal(0x60, config.FindCapability(0x10));
        Assert.Equal(0, config.FindCapability(0x05));
    }

    [Fact]
    public void A_list_that_loops_ends()
    {
        var config = new ByteConfigSpace().WithCapabilities((0x40, 0x01), (0x50, 0x09), (0x40, 0x01));
        config[0x51] = 0x40;

        Assert.Equal(0, config.FindCapability(0x10));
    }

    [Fact]
    public void A_list_that_points_into_the_header_ends()
    {
        var config = new ByteConfigSpace().WithCapabilities((0x40, 0x01));
        config[0x41] = 0x10;

        Assert.Equal(0, config.FindCapability(0x10));
    }

    [Fact]
    public void Whatever_the_device_writes_the_walk_ends_at_the_capability_or_at_nothing() =>
        Gen.Byte.Array[256].Sample(bytes =>
        {
            bytes[0x06] |= 1 << 4;
            var config = new ByteConfigSpace(bytes);
            _ = config.HasFunctionLevelReset;
            var offset = config.FindCapability(0x10);
            return offset == 0 || (offset is >= 0x40 and <= 0xFC && bytes[offset] == 0x10);
        });

    [Theory]
    [InlineData(FlrBit, true)]
    [InlineData(0, false)]
    public void Function_level_reset_is_read_from_the_pci_express_capability(int deviceCapabilities, bool expected)
    {
        var config = new ByteConfigSpace().WithCapabilities((0x80, 0x10));
        config[0x87] = (byte)(deviceCapabilities >> 24);

        Assert.Equal(expected, config.HasFunctionLevelReset);
    }

    [Theory]
    [InlineData(0b11, true)]
    [InlineData(0b10, false)]
    public void Function_level_reset_is_read_from_advanced_features(byte capabilities, bool expected)
    {
        var config = new ByteConfigSpace().WithCapabilities((0xA0, 0x13));
        config[0xA3] = capabilities;

        Assert.Equal(expected, config.HasFunctionLevelReset);
    }

    [Fact]
    public void A_device_that_is_gone_has_no_capabilities()
    {
        var config = new ByteConfigSpace([.. Enumerable.Repeat((byte)0xFF, 256)]);

        Assert.False(config.IsPresent);
        Assert.Equal(0, config.FindCapability(0x10));
        Assert.False(config.HasFunctionLevelReset);
    }

    [Fact]
    public void Misaligned_and_outlying_accesses_are_refused()
    {
        var config = new ByteConfigSpace();

        Assert.Throws<ArgumentException>(() => config.Read32(0x42));
        Assert.Throws<ArgumentOutOfRangeException>(() => config.Read16(0x1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => config.Read8(-1));
    }

    [Fact]
    public void Sysfs_shows_an_unprivileged_reader_64_bytes_and_the_rest_is_all_ones()
    {
        using var host = new FakeHost();
        var address = host.AddController("0000:01:00.0");
        File.WriteAllBytes(Path.Combine(host.DeviceDirectory("0000:01:00.0"), "config"), [0x36, 0x1b, 0x10, 0x00, .. new byte[60]]);

        using var config = new SysfsConfigSpace(address, host: host.Paths);

        Assert.Equal((0x1b36, 0x0010), (config.VendorId, config.DeviceId));
        Assert.Equal(0xFFFFFFFF, config.Read32(0x40));
    }

    [Fact]
    public void Sysfs_writes_reach_the_file()
    {
        using var host = new FakeHost();
        var address = host.AddController("0000:01:00.0");
        var path = Path.Combine(host.DeviceDirectory("0000:01:00.0"), "config");
        File.WriteAllBytes(path, new byte[256]);

        using (var config = new SysfsConfigSpace(address, writable: true, host.Paths))
            config.EnableDevice();

        Assert.Equal([0x06, 0x04], File.ReadAllBytes(path)[4..6]);
    }
}
