using System.Text.RegularExpressions;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulated;

/// <summary>The example of docs/how-to/live-on-a-reactor.md, which stands here as it stands there, does what the page says.</summary>
public partial class LiveOnAReactorTests
{
    [Fact]
    public async Task The_example_counts_what_is_used_of_a_disk()
    {
        EmulatedTransport.Register();
        var file = Path.GetTempFileName();
        try
        {
            await using (var controller = await NvmeController.OpenAsync($"emulated:?size=64M&file={file}"))
            {
                var disk = NvmeBlockDevice.Open(controller, new NamespaceId(1));
                await disk.WriteAsync(Enumerable.Repeat((byte)1, 512).ToArray(), 0);
                await disk.WriteAsync(Enumerable.Repeat((byte)1, 512).ToArray(), 63 << 20);
            }

            Assert.Equal(2 * (128 << 10), await CountUsedAsync($"emulated:?size=64M&file={file}", CancellationToken.None));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_page_shows_this_code()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "UserNvme.sln"))) root = root.Parent;
        var page = File.ReadAllText(Path.Combine(root.FullName, "docs", "how-to", "live-on-a-reactor.md"));
        var source = File.ReadAllText(Path.Combine(root.FullName, "tests", "UserNvme.Tests", "Emulated", "LiveOnAReactorTests.cs"));

        var example = Indentation().Replace(Example().Match(source).Groups[1].Value, "").Trim();

        Assert.NotEmpty(example);
        Assert.Contains(example, page, StringComparison.Ordinal);
    }

    // <example>
    private static async Task<long> CountUsedAsync(string address, CancellationToken cancellationToken)
    {
        await using var controller = await NvmeController.OpenAsync(address, cancellationToken: cancellationToken);
        var disk = NvmeBlockDevice.Open(controller, new NamespaceId(1));

        return await controller.Reactors[0].RunAsync(stop => CountUsedAsync(disk, stop), cancellationToken);
    }

    private static async Task<long> CountUsedAsync(NvmeBlockDevice disk, CancellationToken stop)
    {
        const int chunk = 128 << 10;
        long used = 0;
        using var buffer = disk.RentBuffer(chunk);                     // DMA memory, rented once
        for (long offset = 0; offset < disk.Info.Length; offset += chunk)
        {
            await disk.ReadAsync(buffer.Memory[..chunk], offset, stop);
            if (buffer.Memory.Span[..chunk].ContainsAnyExcept((byte)0)) // on the polling thread: microseconds
                used += chunk;
        }

        return used;
    }
    // </example>

    [GeneratedRegex("// <example>\n(.*?)// </example>", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("^    ", RegexOptions.Multiline)]
    private static partial Regex Indentation();
}
