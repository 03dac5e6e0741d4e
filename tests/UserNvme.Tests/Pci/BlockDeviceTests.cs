using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public sealed class BlockDeviceTests : IDisposable
{
    private const string Address = "0000:01:00.0";
    private readonly FakeHost _host = new();

    public BlockDeviceTests() => _host.AddController(Address);

    public void Dispose() => _host.Dispose();

    private IReadOnlyList<PciBlockDevice> Disks => PciBus.Find(PciAddress.Parse(Address), _host.Paths).BlockDevices;

    [Fact]
    public void Namespaces_and_partitions_are_listed_with_node_and_size()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1", "nvme0n1p2");
        _host.AddDisk(Address, "nvme0n2");

        var disks = Disks;

        Assert.Equal(["nvme0n1", "nvme0n2"], disks.Select(d => d.Name));
        Assert.Equal(["nvme0n1p1", "nvme0n1p2"], disks[0].Partitions.Select(d => d.Name));
        Assert.Equal((Path.Combine(_host.Paths.Dev, "nvme0n1"), 1 << 20, false), (disks[0].Path, disks[0].Size, disks[0].InUse));
    }

    [Fact]
    public void A_multipath_controller_leads_to_the_disk_that_people_mount()
    {
        _host.AddDisk(Address, "nvme0n3", pathName: "nvme0c1n3", "nvme0n3p1");
        _host.Mount("nvme0n3p1", "/data");

        var disk = Assert.Single(Disks);

        Assert.Equal("nvme0n3", disk.Name);
        Assert.Equal("mounted on /data", disk.Partitions[0].Uses.Single().ToString());
    }

    [Fact]
    public void A_mounted_partition_is_in_use_and_says_where()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1");
        _host.Mount("nvme0n1p1", "/mnt/my\\040data");

        var disk = Assert.Single(Disks);

        Assert.True(disk.InUse);
        Assert.Equal("mounted on /mnt/my data", disk.Partitions[0].Uses.Single().ToString());
    }

    [Fact]
    public void A_file_system_with_device_numbers_of_its_own_is_found_by_its_source()
    {
        _host.AddDisk(Address, "nvme0n1");
        _host.Mount("0:45", Path.Combine(_host.Paths.Dev, "nvme0n1"), "/btrfs");

        Assert.Equal("mounted on /btrfs", Disks.Single().Uses.Single().ToString());
    }

    [Theory]
    [InlineData("mnt:[1]", 1)]
    [InlineData("mnt:[2]", 2)]
    public void Process_1_tells_of_mounts_only_where_its_mount_namespace_is_another(string namespaceOfProcess1, int mounts)
    {
        _host.AddDisk(Address, "nvme0n1");
        _host.Mount("nvme0n1", "/inside");
        _host.AddProcess(1, "init");
        _host.SetProc("1/mountinfo", $"36 35 259:0 / /outside rw - ext4 {_host.Paths.Dev}/nvme0n1 rw\n");
        _host.SetMountNamespace("self", "mnt:[1]");
        _host.SetMountNamespace("1", namespaceOfProcess1);

        Assert.Equal(mounts, Disks.Single().Uses.Count);
    }

    [Fact]
    public void Swap_space_is_a_use()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1");
        _host.SwapOn("nvme0n1p1");

        Assert.Equal("used as swap", Disks.Single().Partitions.Single().Uses.Single().ToString());
    }

    [Fact]
    public void A_stack_on_the_disk_is_described_up_to_its_mount_point()
    {
        _host.AddDisk(Address, "nvme0n1");
        _host.AddHolder("nvme0n1", "md127");
        _host.AddHolder("md127", "dm-0", "vg-root");
        _host.Mount("dm-0", "/");

        Assert.Equal("held by md127, held by dm-0 (vg-root), mounted on /", Disks.Single().Uses.Single().ToString());
    }

    [Fact]
    public void An_unused_disk_has_no_uses_although_others_are_mounted()
    {
        _host.AddDisk(Address, "nvme0n1", null, "nvme0n1p1");
        _host.AddController("0000:02:00.0");
        _host.AddDisk("0000:02:00.0", "nvme1n1");
        _host.Mount("nvme1n1", "/");

        Assert.False(Disks.Single().InUse);
    }
}
