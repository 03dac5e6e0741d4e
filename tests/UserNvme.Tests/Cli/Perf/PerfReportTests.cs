using System.Text.RegularExpressions;
using System.Xml.Linq;
using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli.Perf;

public sealed partial class PerfReportTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("-w", "randread", "-d", "2000")]
    [InlineData("-w", "randrw", "-d", "2000", "--rwmixtrim", "10", "--flush-every", "20", "-P", "2")]
    [InlineData("-w", "randwrite", "-d", "1")]
    [InlineData("-w", "randwrite", "-d", "300", "--verify", "--rate", "100k")]
    public async Task The_page_is_complete_in_itself_and_its_drawings_are_well_formed(params string[] options)
    {
        var page = await Report([.. options, "emulated:?size=16M&serial=S<3>&block-size=4096"]);

        Assert.DoesNotMatch(@"(?i)<script|<link|<img|<iframe|src=|url\(|@import|https?:", page);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        var drawings = Drawing().Matches(page).Select(match => XElement.Parse(match.Value)).ToArray();
        Assert.True(drawings.Length >= 3);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_tells_command_machine_device_and_figures()
    {
        var page = await Report("emulated:?size=16M&serial=S%3C3%3E", "-w", "randread", "-q", "4", "-d", "2000");

        foreach (var part in (string[])["usernvme perf &#39;emulated:?size=16M&amp;serial=S%3C3%3E&#39; -w randread -q 4", "S&lt;3&gt;", "UserNvme Emulated Controller",
            "16 MiB, blocks of 512 bytes", "Processor", "Kernel", "Garbage collector", "JIT", "99.99 %", "Polls"])
            Assert.Contains(part, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_device_and_kind_has_a_histogram()
    {
        var page = await Report("emulated:?size=16M", "emulated:?size=32M", "-w", "randrw", "-q", "4", "-d", "2000");

        foreach (var title in (string[])["Read, emulated:?size=16M NSID 1", "Write, emulated:?size=16M NSID 1", "Read, emulated:?size=32M NSID 1", "Write, emulated:?size=32M NSID 1"])
            Assert.Contains($"<h3>{title}</h3><svg", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_of_the_marks_of_an_axis_do_not_meet()
    {
        var page = await Report("emulated:?size=16M", "-w", "randrw", "-q", "4", "-d", "20000");

        foreach (var drawing in Drawing().Matches(page).Select(match => XElement.Parse(match.Value)))
        {
            var rows = drawing.Elements("text").Where(text => text.Attribute("class") is null && text.Attribute("x") is not null && (string)text.Attribute("text-anchor")! == "middle")
                .Select(text => (At: (double)text.Attribute("x")!, Half: text.Value.Length * 3.3)).OrderBy(text => text.At).ToArray();
            Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.True(pair.First.At + pair.First.Half < pair.Second.At - pair.Second.Half));
        }
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_is_told_before_the_run()
    {
        var run = await ToolRun.Of("perf", "emulated:", "-t", "600", "--report", "/no/such/folder/page.html");

        Assert.Contains("'/no/such/folder/page.html' cannot be written", run.Sentence(ExitCode.File), StringComparison.Ordinal);
    }

    private async Task<string> Report(params string[] args)
    {
        var run = await ToolRun.Of(["perf", .. args, "-t", "600", "-a", "0", "--report", _file]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return await File.ReadAllTextAsync(_file);
    }

    [GeneratedRegex("<svg.*?</svg>")]
    private static partial Regex Drawing();
}
