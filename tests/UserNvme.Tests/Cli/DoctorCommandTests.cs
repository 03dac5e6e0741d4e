using System.Runtime.InteropServices;
using UserNvme.Cli.Commands;
using UserNvme.Cli.Doctor;
using UserNvme.Cli.Frame;
using UserNvme.Tests.Pci;

namespace UserNvme.Tests.Cli;

public sealed class DoctorCommandTests : IDisposable
{
    private const string Address = "0000:01:00.0";
    private readonly FakeHost _host = new();
    private readonly Dictionary<string, NodeAccess> _access = [];
    private Architecture _architecture = Architecture.X64;

    // A machine on which everything is as it should be; each test spoils one thing.
    public DoctorCommandTests()
    {
        _host.SetProc("sys/kernel/osrelease", "6.1.0-42-amd64\n");
        _host.SetProc("self/maps", "7f00-7f01 r-xp 0 08:01 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n");
        _host.ReserveHugepages(0, 2048, total: 256, free: 256);
        _host.LimitMemlock("unlimited");
        _host.AddDriver("vfio-pci");
        Directory.CreateDirectory(Path.Combine(_host.Paths.Sys, "module/vfio_iommu_type1"));
        _host.AddController(Address, group: 14, driver: "vfio-pci");
        _access["vfio"] = NodeAccess.Granted;
        _access["14"] = NodeAccess.Granted;
    }

    public void Dispose() => _host.Dispose();

    private Patient Patient => new()
    {
        Host = _host.Paths,
        Architecture = _architecture,
        Open = node => _access.GetValueOrDefault(Path.GetFileName(node), NodeAccess.Missing),
    };

    private string Failures()
    {
        var tool = new CapturedTool();
        var error = Assert.Throws<ToolException>(() => DoctorCommand.Run(tool.Context, Patient));
        Assert.Equal(ExitCode.NotReady, error.Code);
        return string.Join('\n', tool.Lines.Where(line => !line.StartsWith("passed")));
    }

    // A controller that fails leaves none that is ready, which is a failure of its own.
    private string OnlyFailure()
    {
        var failures = Failures();
        Assert.Single(failures.Split('\n'), line => line.StartsWith("failed") && !line.Contains("none of 1 is ready"));
        return failures;
    }

    [Fact]
    public void A_ready_machine_passes_everything_with_exit_code_0()
    {
        var tool = new CapturedTool();

        var code = DoctorCommand.Run(tool.Context, Patient);

        Assert.Equal(0, code);
        Assert.All(tool.Lines, line => Assert.StartsWith("passed", line));
        Assert.Equal(
            ["processor", "C library", "kernel", "IOMMU", "vfio-pci", "vfio_iommu_type1", "VFIO container", "hugepages", "locked memory", "control group", Address, "controllers"],
            tool.Lines.Select(line => line["passed  ".Length..].Split("  ")[0]));
    }

    [Fact]
    public void Another_processor_fails()
    {
        _architecture = Architecture.Arm64;

        Assert.Contains("x64 only", Failures());
    }

    [Fact]
    public void Musl_fails()
    {
        _host.SetProc("self/maps", "7f00-7f01 r-xp 0 08:01 1 /lib/ld-musl-x86_64.so.1\n");

        Assert.Contains("use a distribution with glibc", Failures());
    }

    [Theory]
    [InlineData("4.19.0-27-amd64")]
    [InlineData("5.9.16")]
    [InlineData("nonsense")]
    public void An_old_kernel_fails(string release)
    {
        _host.SetProc("sys/kernel/osrelease", release + "\n");

        Assert.Contains("use Linux 5.10 or later", Failures());
    }

    [Fact]
    public void A_machine_without_iommu_fails_and_is_told_how_to_switch_it_on()
    {
        Directory.Delete(Path.Combine(_host.Paths.Sys, "kernel/iommu_groups"), recursive: true);

        Assert.Contains("intel_iommu=on", Failures());
    }

    [Fact]
    public void Groups_of_the_no_iommu_mode_are_no_iommu()
    {
        File.WriteAllText(Path.Combine(_host.Paths.IommuGroup(14), "name"), "vfio-noiommu\n");

        var failures = Failures();

        Assert.Contains("there are no IOMMU groups", failures);
        Assert.Contains("the driver refuses this mode", failures);
    }

    [Fact]
    public void Missing_modules_fail_with_the_command_that_loads_them()
    {
        Directory.Delete(Path.Combine(_host.Paths.PciDrivers, "vfio-pci"), recursive: true);
        Directory.Delete(Path.Combine(_host.Paths.Sys, "module/vfio_iommu_type1"));

        var failures = Failures();

        Assert.Contains("modprobe vfio-pci", failures);
        Assert.Contains("modprobe vfio_iommu_type1", failures);
    }

    [Theory]
    [InlineData(NodeAccess.Missing, "does not exist")]
    [InlineData(NodeAccess.Denied, "chmod 0666")]
    internal void A_container_node_that_cannot_be_opened_fails(NodeAccess access, string sentence)
    {
        _access["vfio"] = access;

        Assert.Contains(sentence, Failures());
    }

    [Fact]
    public void A_group_node_that_may_not_be_opened_fails_with_the_udev_rule_that_cures_it()
    {
        _access["14"] = NodeAccess.Denied;

        Assert.Contains("SUBSYSTEM==\"vfio\", GROUP=\"vfio\", MODE=\"0660\"", OnlyFailure());
    }

    [Fact]
    public void A_controller_in_use_passes_and_its_user_is_named()
    {
        _access["14"] = NodeAccess.Busy;
        _host.AddVfioGroupNode(14);
        _host.AddProcess(812, "service", _host.Paths.VfioGroupNode(14));
        var tool = new CapturedTool();

        DoctorCommand.Run(tool.Context, Patient);

        Assert.Contains(tool.Lines, line => line.StartsWith("passed") && line.EndsWith("in use by process 812 (service)"));
    }

    [Fact]
    public void A_group_that_is_not_viable_fails_and_the_offender_is_named()
    {
        _host.AddFunction("0000:01:00.1", 0x040300, group: 14, driver: "snd_hda_intel");

        Assert.Contains("IOMMU group 14 also holds 0000:01:00.1 (snd_hda_intel)", OnlyFailure());
    }

    [Theory]
    [InlineData(0, 0, "none reserved")]
    [InlineData(256, 3, "6 MiB of 512 MiB free")]
    public void Too_few_hugepages_fail(int total, int free, string finding)
    {
        _host.ReserveHugepages(0, 2048, total, free);

        Assert.Contains(finding, OnlyFailure());
    }

    [Fact]
    public void A_small_memlock_limit_fails()
    {
        _host.LimitMemlock("8388608");

        Assert.Contains("RLIMIT_MEMLOCK is 8 MiB", OnlyFailure());
    }

    [Fact]
    public void A_small_memlock_limit_does_not_bind_a_process_with_the_capability()
    {
        _host.LimitMemlock("8388608");
        _host.SetProc("self/status", "Name:\tx\nCapEff:\t0000000000004000\n");

        Assert.Equal(0, DoctorCommand.Run(new CapturedTool().Context, Patient));
    }

    [Theory]
    [InlineData("fs/cgroup/a.slice/memory.max")]
    [InlineData("fs/cgroup/a.slice/b.service/hugetlb.2MB.max")]
    public void A_limit_on_any_level_of_the_control_group_fails(string file)
    {
        Directory.CreateDirectory(Path.Combine(_host.Paths.Sys, "fs/cgroup/a.slice/b.service"));
        File.WriteAllText(Path.Combine(_host.Paths.Sys, "fs/cgroup/a.slice/b.service/memory.max"), "max\n");
        File.WriteAllText(Path.Combine(_host.Paths.Sys, file), "67108864\n");
        _host.SetProc("self/cgroup", "0::/a.slice/b.service\n");

        Assert.Contains($"{file} is 64 MiB", OnlyFailure());
    }

    [Fact]
    public void A_read_only_sysfs_is_a_note()
    {
        _host.Mount("0:21", "sysfs", _host.Paths.Sys, "ro,nosuid");
        var tool = new CapturedTool();

        DoctorCommand.Run(tool.Context, Patient);

        Assert.Contains(tool.Lines, line => line.StartsWith("note    sysfs"));
    }

    [Fact]
    public void A_disk_that_the_system_uses_is_a_note_and_no_failure()
    {
        _host.AddController("0000:02:00.0", group: 15);
        _host.AddDisk("0000:02:00.0", "nvme0n1");
        _host.Mount("nvme0n1", "/");
        var tool = new CapturedTool();

        DoctorCommand.Run(tool.Context, Patient);

        Assert.Contains(tool.Lines, line => line.StartsWith("note") && line.EndsWith("stays with nvme: nvme0n1 is mounted on /"));
    }

    [Fact]
    public void When_no_controller_is_bound_the_free_one_is_proposed()
    {
        _host.Unbind(Address);
        _host.BindTo(Address, "nvme");

        Assert.Contains($"run 'usernvme bind {Address}'", Failures());
    }

    [Fact]
    public void Json_is_one_document_that_says_whether_the_machine_is_ready()
    {
        _access["14"] = NodeAccess.Missing;
        var tool = new CapturedTool(json: true);

        Assert.Throws<ToolException>(() => DoctorCommand.Run(tool.Context, Patient));

        var failed = tool.Json.GetProperty("checks").EnumerateArray().Where(check => check.GetProperty("outcome").GetString() == "failed");
        Assert.False(tool.Json.GetProperty("ready").GetBoolean());
        Assert.Equal([Address, "controllers"], failed.Select(check => check.GetProperty("name").GetString()));
    }
}
