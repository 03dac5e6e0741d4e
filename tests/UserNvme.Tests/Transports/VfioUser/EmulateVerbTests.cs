using System.Net.Sockets;
using UserNvme.Cli.Frame;
using UserNvme.Controllers;
using UserNvme.Tests.Cli;
using UserNvme.Transports.VfioUser;

namespace UserNvme.Tests.Transports.VfioUser;

/// <summary>`usernvme emulate` as its user sees it.</summary>
public sealed class EmulateVerbTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usernvme-verb");
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Several_controllers_have_folders_and_serial_numbers_of_their_own()
    {
        var folder = Path.Combine(_folder.FullName, "new", "nvme");
        var run = Start("emulate", "--socket", folder, "--count", "3", "--size", "16M");

        var serials = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var place = Path.Combine(folder, $"{i}");
            await using var driver = await NvmeController.OpenAsync(await Reach(() => VfioUserTransport.Open(place)), new NvmeControllerOptions());
            serials.Add(driver.Identity.SerialNumber);
        }

        await _stop.CancelAsync();
        var ended = await run.WaitAsync(s_limit);
        Assert.Equal(["EMULATED0001", "EMULATED0002", "EMULATED0003"], serials);
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Equal(3, ended.Output.Split('\n').Count(line => line.StartsWith($"Serving vfio-user:{folder}/", StringComparison.Ordinal)));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task What_a_client_did_wrong_is_told_at_the_end()
    {
        var path = Path.Combine(_folder.FullName, "cntrl");
        var run = Start("emulate", "--socket", path, "--size", "16M");
        using (var client = await Reach(() => new ForeignClient(path)))
            client.Write(0, 0, 1, 2, 3, 4);

        await _stop.CancelAsync();
        var ended = await run.WaitAsync(s_limit);

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("read-only or reserved", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)ExitCode.Usage, "--count", "0")]
    [InlineData((int)ExitCode.Usage, "--count", "2", "--file", "/tmp/disk")]
    [InlineData((int)ExitCode.BadAddress, "--size", "much")]
    [InlineData((int)ExitCode.BadAddress, "--block-size", "513")]
    [InlineData((int)ExitCode.BadAddress, "--backing", "null", "--populate", "on")]
    [InlineData((int)ExitCode.NoMemory, "--size", "16T", "--populate", "on")]
    public async Task What_cannot_be_is_refused_in_one_sentence_and_leaves_nothing(int code, params string[] options)
    {
        var run = await ToolRun.Of(["emulate", "--socket", Path.Combine(_folder.FullName, "new", "cntrl"), .. options]);

        run.Sentence((ExitCode)code);
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    private Task<ToolRun> Start(params string[] args) => Task.Run(() => ToolRun.Of(args, [], _stop.Token));

    // The server needs a moment until it listens.
    private static async Task<T> Reach<T>(Func<T> connect)
    {
        for (var left = s_limit; ; left -= TimeSpan.FromMilliseconds(10))
        {
            try
            {
                return connect();
            }
            catch (Exception e) when (e is NvmeSetupException or SocketException && left > TimeSpan.Zero)
            {
                await Task.Delay(10);
            }
        }
    }
}
