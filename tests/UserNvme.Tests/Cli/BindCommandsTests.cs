using UserNvme.Cli.Commands;
using UserNvme.Pci;
using UserNvme.Tests.Pci;

namespace UserNvme.Tests.Cli;

public sealed class BindCommandsTests : IDisposable
{
    private const string First = "0000:01:00.0";
    private const string Second = "0000:02:00.0";
    private readonly FakeHost _host = new();
    private readonly FakeKernel _kernel;

    public BindCommandsTests()
    {
        _kernel = new FakeKernel(_host);
        _host.AddController(First, group: 14);
        _host.AddController(Second, group: 15);
        _host.AddDriver("vfio-pci");
    }

    public void Dispose() => _host.Dispose();

    private PciBindResult Bind(PciAddress address, PciBindOptions options) =>
        new VfioBinder(options with { Host = _host.Paths }, _kernel).Bind(address);

    private string? DriverOf(string address) => PciBus.Find(PciAddress.Parse(address), _host.Paths).Driver;

    [Fact]
    public void Each_controller_gets_one_line()
    {
        var tool = new CapturedTool();

        BindCommands.Run(tool.Context, [First, "02:00.0", First], dryRun: false, Bind);

        Assert.Equal([$"{First} (1b36 0010): nvme -> vfio-pci", $"{Second} (1b36 0010): nvme -> vfio-pci"], tool.Lines);
    }

    [Fact]
    public void When_one_controller_is_refused_none_is_changed()
    {
        _host.AddDisk(Second, "nvme1n1");
        _kernel.Refused["nvme1n1"] = FakeKernel.Busy;
        var tool = new CapturedTool();

        var error = Assert.Throws<NvmeSetupException>(() => BindCommands.Run(tool.Context, [First, Second], dryRun: false, Bind));

        Assert.Equal((Second, "nvme", ""), (error.Address, DriverOf(First), tool.Text));
    }

    [Fact]
    public void What_was_done_before_a_failure_is_told()
    {
        var tool = new CapturedTool();
        PciBindResult BindFirstOnly(PciAddress address, PciBindOptions options)
        {
            if (address.ToString() == Second && !options.DryRun)
                _kernel.ProbeFails.Add("vfio-pci");
            return Bind(address, options);
        }

        Assert.Throws<NvmeSetupException>(() => BindCommands.Run(tool.Context, [First, Second], dryRun: false, BindFirstOnly));

        Assert.Equal([$"{First} (1b36 0010): nvme -> vfio-pci"], tool.Lines);
    }

    [Fact]
    public void All_controllers_of_a_group_can_be_given_at_once()
    {
        _host.AddController("0000:01:00.1", group: 14);
        var tool = new CapturedTool();

        BindCommands.Run(tool.Context, [First, "0000:01:00.1"], dryRun: false, Bind);

        Assert.Equal(("vfio-pci", "vfio-pci"), (DriverOf(First), DriverOf("0000:01:00.1")));
    }

    [Fact]
    public void A_dry_run_says_so_and_changes_nothing()
    {
        var tool = new CapturedTool();

        BindCommands.Run(tool.Context, [First], dryRun: true, Bind);

        Assert.Equal([$"{First} (1b36 0010): nvme -> vfio-pci (dry run, nothing was changed)"], tool.Lines);
        Assert.Equal("nvme", DriverOf(First));
    }

    [Fact]
    public void Json_is_one_document_with_all_controllers()
    {
        var tool = new CapturedTool(json: true);

        BindCommands.Run(tool.Context, [First, Second], dryRun: false, Bind);

        Assert.Equal([(First, "nvme", "vfio-pci", true), (Second, "nvme", "vfio-pci", true)], tool.Json.EnumerateArray().Select(result =>
            (result.GetProperty("address").GetString()!, result.GetProperty("from").GetString()!, result.GetProperty("to").GetString()!, result.GetProperty("changed").GetBoolean())));
    }
}
