using System.Security.Cryptography;
using UserNvme.Block;
using UserNvme.Cli.Frame;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Spec;
using UserNvme.Tests.Cli;
using UserNvme.Tests.Emulated;
using UserNvme.Transports.VfioUser;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>The driver on one side of a socket, the emulated controller on the other.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-served");

    private string SocketPath => Path.Combine(_folder.FullName, "cntrl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_written_over_the_socket_is_read_back()
    {
        using var host = Serve();
        await using var driver = await OpenAsync();
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
        var written = RandomNumberGenerator.GetBytes(300 << 10);
        var read = new byte[written.Length];

        await disk.WriteAsync(written, 1 << 20);
        await disk.ReadAsync(read, 1 << 20);

        Assert.Equal(written, read);
        Assert.Equal(ControllerState.Live, driver.State);
        Assert.True(driver.Transport.DoorbellsAreMemory);
        Assert.Equal(0, host.RecordedFaultCount);
    }

    [Fact]
    public async Task A_reset_over_the_socket_leaves_the_data_and_the_driver_usable()
    {
        using var host = Serve();
        await using var driver = await OpenAsync();
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
        var written = RandomNumberGenerator.GetBytes(4096);
        var read = new byte[written.Length];
        await disk.WriteAsync(written, 0);

        await driver.ResetAsync();
        await disk.ReadAsync(read, 0);

        Assert.Equal(written, read);
        Assert.Equal(0, host.RecordedFaultCount);
    }

    [Fact]
    public async Task Doorbells_in_memory_work_over_the_socket_before_and_after_a_reset()
    {
        using var host = Serve("&shadow-doorbells=on");
        await using var driver = await OpenAsync();
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
        var written = RandomNumberGenerator.GetBytes(300 << 10);
        var read = new byte[written.Length];

        await disk.WriteAsync(written, 0);
        await driver.ResetAsync();
        await disk.ReadAsync(read, 0);

        Assert.Equal(written, read);
        Assert.True(driver.UsesShadowDoorbells);
        Assert.Equal(0, host.RecordedFaultCount);
    }

    [Fact]
    public async Task The_next_client_finds_the_data_of_the_one_before()
    {
        using var host = Serve();
        var written = RandomNumberGenerator.GetBytes(4096);
        var read = new byte[written.Length];

        for (var round = 0; round < 3; round++)
        {
            await using var driver = await OpenAsync();
            var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
            if (round == 0)
                await disk.WriteAsync(written, 8192);
            await disk.ReadAsync(read, 8192);
            Assert.Equal(written, read);
        }

        Assert.Equal(3, host.ClientCount);
    }

    [Fact]
    public async Task A_server_that_takes_no_more_memory_is_told_of_in_one_sentence_and_serves_on()
    {
        var device = new EmulatedController(new EmulatedControllerOptions { Domain = new EmulatedDmaDomain(new EmulatedDmaDomainOptions { MappingBudget = 3 }) });
        using var host = new VfioUserHost(device, SocketPath);
        await using var driver = await NvmeController.OpenAsync(
            VfioUserTransport.Open(_folder.FullName), new NvmeControllerOptions { Heap = new DmaHeap(new DmaHeapOptions { RegionBytes = 32 << 20 }) });
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));
        var kept = new List<DmaBuffer>();

        var error = Assert.Throws<NvmeSetupException>(() =>
        {
            while (kept.Count < 100) kept.Add(driver.Heap.Rent(8 << 20));
        });

        Assert.Equal(SetupProblem.TooManyMappings, error.Problem);
        Assert.Equal(
            $"vfio-user:{_folder.FullName} took 3 ranges of memory and refuses a further one of 33,554,432 bytes, Invalid argument (EINVAL): " +
            "use less DMA memory, or larger regions (DmaHeapOptions.RegionBytes).",
            error.Message);
        await disk.WriteAsync(new byte[4096], 0);
        foreach (var buffer in kept) buffer.Dispose();
    }

    [Fact]
    public async Task A_server_that_goes_away_is_a_removed_device()
    {
        var host = Serve();
        await using var driver = await OpenAsync();
        var disk = NvmeBlockDevice.Open(driver, new NamespaceId(1));

        host.Dispose();

        Assert.True(driver.Transport.Removed.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        await TestBench.Until(() => driver.State == ControllerState.Dead, "the controller is dead");
        // Also where memory would have to be rented from the heap that went with the controller.
        foreach (var operation in (Func<ValueTask>[])[() => disk.FlushAsync(), () => disk.ReadAsync(new byte[512], 0), () => disk.DeallocateAsync(0, 512)])
        {
            var error = await Assert.ThrowsAsync<NvmeException>(async () => await operation());
            // What is noticed first, the end of the connection or a message that cannot be sent, is not the test's to say.
            Assert.Matches($@"^The controller vfio-user:{_folder.FullName} is dead: the vfio-user server at {SocketPath} is gone \((it closed the connection|the connection to it broke: [^\n]+)\)\.$", error.Message);
        }
    }

    [Fact]
    public async Task Perf_says_in_one_sentence_which_server_went_away_under_it()
    {
        var device = new EmulatedController(new EmulatedControllerOptions { Namespaces = [new EmulatedNamespaceOptions { Size = 16 << 20 }] });
        using var host = new VfioUserHost(device, SocketPath);
        var perf = Task.Run(() => ToolRun.Of("perf", $"vfio-user:{_folder.FullName}", "-q", "8", "-w", "randread", "-o", "4096", "-t", "600", "-a", "0", "--output-format", "json"));
        await TestBench.Until(() => device.GetCounters(new QueueId(1)).CompletionsPosted > 1000 || perf.IsCompleted, "the load runs");

        host.Dispose();
        var run = await perf;

        Assert.Equal(ExitCode.FateUnknown, (ExitCode)run.ExitCode);
        Assert.Matches(
            $@"^usernvme: vfio-user:{_folder.FullName} went away with \d+ transfer\(s\) unanswered: the vfio-user server at {SocketPath} is gone \([^\n]+\); see whether it runs, and repeat the run\.$",
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    [Fact]
    public void Nobody_at_the_socket_is_said_in_one_sentence()
    {
        var e = Assert.Throws<NvmeSetupException>(() => VfioUserTransport.Open(_folder.FullName));

        Assert.Equal(SetupProblem.NoSuchDevice, e.Problem);
        Assert.Contains(SocketPath, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_user_of_the_server_may_connect()
    {
        using var host = Serve();

        var mode = new FileInfo(SocketPath).UnixFileMode;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    private VfioUserHost Serve(string options = "") => VfioUserHost.Start(SocketPath, "?size=64M" + options);

    private Task<NvmeController> OpenAsync() =>
        NvmeController.OpenAsync(VfioUserTransport.Open(_folder.FullName), new NvmeControllerOptions());
}
