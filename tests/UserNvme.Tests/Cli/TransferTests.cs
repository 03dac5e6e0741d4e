using CsCheck;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

public sealed class TransferTests : IDisposable
{
    private const int BlockSize = 512;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("usernvme-cli");

    private string Device => $"emulated:?size=16M&file={_directory.FullName}/disk";

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(2049)]
    [InlineData(16384)]
    public async Task What_was_written_is_read_back_at_any_length(int blocks)
    {
        var data = Data(blocks * BlockSize);
        string[] range = ["-n", "1", "-s", "3", "-c", $"{blocks - 1}", "-z", $"{data.Length}"];

        var write = await ToolRun.Of(["write", Device, .. range, "-d", File("in", data)], [], default);
        var read = await ToolRun.Of(["read", Device, .. range, "-d", Path.Combine(_directory.FullName, "out")], [], default);

        Assert.Equal((0, "write: Success\n", 0, "read: Success\n"), (write.ExitCode, write.Output, read.ExitCode, read.Output));
        Assert.Equal(data, await System.IO.File.ReadAllBytesAsync(Path.Combine(_directory.FullName, "out")));
    }

    [Fact]
    public async Task A_dash_is_standard_input_and_output()
    {
        var data = Data(4 * BlockSize);

        await ToolRun.Of(["write", Device, "-n", "1", "-c", "3", "-d", "-"], data, default);
        var read = await ToolRun.Of("read", Device, "-n", "1", "-c", "3");

        Assert.Equal(data, read.Data);
        Assert.Equal("", read.Output);
    }

    [Fact]
    public async Task Json_says_what_was_moved()
    {
        var run = await ToolRun.Of(["write", Device, "-n", "1", "-s", "8", "-c", "1", "--output-format", "json", "-d", "-"], Data(2 * BlockSize), default);

        string[] names = ["nsid", "slba", "blocks", "bytes"];
        Assert.Equal([1, 8, 2, 2 * BlockSize], names.Select(name => run.Json.GetProperty(name).GetInt32()));
    }

    [Theory]
    [InlineData((int)ExitCode.Usage, "-z 512 does not match -c 1: 2 block(s) of 512 bytes are 1024 bytes.", "-c", "1", "-z", "512")]
    [InlineData((int)ExitCode.Usage, "Blocks 32768 to 32768 are past the end", "-s", "32768")]
    [InlineData((int)ExitCode.Usage, "Blocks 32767 to 32768 are past the end", "-s", "32767", "-c", "1")]
    [InlineData((int)ExitCode.Usage, "Blocks 18446744073709551615 to", "-s", "0xffffffffffffffff", "-c", "1")]
    [InlineData((int)ExitCode.Usage, "-z (--data-size)", "-z", "0")]
    [InlineData((int)ExitCode.Usage, "-c (--block-count)", "-c", "-1")]
    [InlineData((int)ExitCode.File, "The standard stream has 100 bytes, 512 are to be written; nothing was written.")]
    public async Task A_write_that_cannot_be_is_refused_before_anything_is_written(int code, string start, params string[] options)
    {
        var run = await ToolRun.Of(["write", Device, "-n", "1", "-d", "-", .. options], Data(100), default);

        Assert.StartsWith(start, run.Sentence((ExitCode)code), StringComparison.Ordinal);
        Assert.All((await ToolRun.Of("read", Device, "-n", "1")).Data, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_file_that_is_too_short_or_missing_is_named()
    {
        var missing = Path.Combine(_directory.FullName, "missing");
        var shortOne = File("short", Data(BlockSize));

        var first = await ToolRun.Of("write", Device, "-n", "1", "-d", missing);
        var second = await ToolRun.Of("write", Device, "-n", "1", "-c", "1", "-d", shortOne);

        Assert.Contains($"'{missing}'", first.Sentence(ExitCode.File), StringComparison.Ordinal);
        Assert.Contains($"'{shortOne}' has 512 bytes, 1024 are to be written", second.Sentence(ExitCode.File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_with_a_file_system_is_written_only_with_destroy_data()
    {
        var xfs = Data(BlockSize);
        "XFSB"u8.CopyTo(xfs);
        await ToolRun.Of(["write", Device, "-n", "1", "-d", "-"], xfs, default);

        var refused = await ToolRun.Of(["write", Device, "-n", "1", "-s", "5", "-d", "-"], Data(BlockSize), default);
        var perf = await ToolRun.Of("perf", Device, "-w", "randwrite", "-t", "1", "-a", "0");
        var told = await ToolRun.Of(["write", Device, "-n", "1", "-s", "5", "-d", "-", "--destroy-data"], Data(BlockSize), default);

        Assert.Contains("XFS file system", refused.Sentence(ExitCode.WouldDestroyData), StringComparison.Ordinal);
        Assert.Contains("XFS file system", perf.Sentence(ExitCode.WouldDestroyData), StringComparison.Ordinal);
        Assert.Equal(0, told.ExitCode);
    }

    private string File(string name, byte[] data)
    {
        var path = Path.Combine(_directory.FullName, name);
        System.IO.File.WriteAllBytes(path, data);
        return path;
    }

    private static byte[] Data(int length)
    {
        var data = new byte[length];
        new Random(1).NextBytes(data);
        return data;
    }
}
