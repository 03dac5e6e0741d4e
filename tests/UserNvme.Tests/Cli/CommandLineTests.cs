using UserNvme.Cli.Frame;

namespace UserNvme.Tests.Cli;

public class CommandLineTests
{
    [Theory]
    [InlineData("No verb was given; 'usernvme --help' lists them.")]
    [InlineData("There is no verb 'frobnicate'; 'usernvme --help' lists them.", "frobnicate")]
    [InlineData("There is no verb 'show-reg' (did you mean 'show-regs'?); 'usernvme --help' lists them.", "show-reg")]
    [InlineData("usernvme has no option '--frob'; see 'usernvme --help'.", "--frob")]
    [InlineData("usernvme perf has no option '--frob'; see 'usernvme perf --help'.", "perf", "emulated:", "--frob")]
    [InlineData("usernvme perf has no option '--frob'; see 'usernvme perf --help'.", "perf", "--frob", "emulated:")]
    [InlineData("usernvme perf has no option '--io-dept' (did you mean '--io-depth'?); see 'usernvme perf --help'.", "perf", "emulated:", "--io-dept", "3")]
    [InlineData("'b' is one argument too many for show-regs; see 'usernvme show-regs --help'.", "show-regs", "a", "b")]
    [InlineData("show-regs needs DEV; see 'usernvme show-regs --help'.", "show-regs")]
    [InlineData("perf needs DEV; see 'usernvme perf --help'.", "perf")]
    [InlineData("0000:01:00.0 is given twice; a controller can be opened once.", "perf", "0000:01:00.0", "-b", "0000:01:00.0")]
    [InlineData("An empty text is not a device's address; see 'usernvme perf --help'.", "perf", "emulated:", "")]
    [InlineData("--output-format is normal or json, not 'xml'; see 'usernvme show-regs --help'.", "show-regs", "emulated:", "--output-format", "xml")]
    public async Task A_wrong_command_line_is_one_sentence_with_a_hint(string sentence, params string[] args)
    {
        var run = await ToolRun.Of(args);

        Assert.Equal(sentence, run.Sentence(ExitCode.Usage));
    }

    [Theory]
    [InlineData("-q (--io-depth)", "-q", "0")]
    [InlineData("-q (--io-depth)", "-q", "-1")]
    [InlineData("-q (--io-depth)", "-q", "65536")]
    [InlineData("-q (--io-depth)", "-q", "99999999999999999999999999999999999999999999")]
    [InlineData("-q (--io-depth)", "-q", "many")]
    [InlineData("-q (--io-depth)", "-q", "")]
    [InlineData("-q (--io-depth)", "-q", "1.5")]
    [InlineData("-q (--io-depth)", "-q65536")]
    [InlineData("-o (--io-size)", "-o", "0")]
    [InlineData("-o (--io-size)", "-o", "511")]
    [InlineData("-o (--io-size)", "-o", "2G")]
    [InlineData("-o (--io-size)", "-o", "4x")]
    [InlineData("-o (--io-size)", "-o", "-4096")]
    [InlineData("-o 1000 is not a multiple of the block size", "-o", "1000")]
    [InlineData("-t (--time)", "-t", "0")]
    [InlineData("-t (--time)", "-t", "-3")]
    [InlineData("-t (--time)", "-t", "604801")]
    [InlineData("-w (--io-pattern)", "-w", "sideways")]
    [InlineData("-M (--rwmixread)", "-w", "rw", "-M", "101")]
    [InlineData("-M (--rwmixread) has a meaning with -w rw and randrw only", "-M", "50")]
    [InlineData("-c (--core-mask): '0x0' selects no core", "-c", "0x0")]
    [InlineData("-c (--core-mask): 'x' is neither", "-c", "x")]
    [InlineData("-c (--core-mask): '3-1' is neither", "-c", "3-1")]
    [InlineData("-c (--core-mask): this process cannot run on core 1000", "-c", "1000")]
    [InlineData("-n (--namespace-id)", "-n", "0")]
    [InlineData("--rwmixtrim needs -w with a pattern that writes, not randread", "--rwmixtrim", "10")]
    [InlineData("--flush-every needs -w with a pattern that writes, not trim", "-w", "trim", "--flush-every", "10")]
    [InlineData("--verify checks what the run wrote", "--verify")]
    [InlineData("--verify needs more room", "--verify", "-w", "write", "-o", "1M", "-q", "512", "-P", "2")]
    [InlineData("-F (--zipf) is a number above 0", "-F", "0")]
    [InlineData("-F (--zipf) is a number above 0", "-F", "much")]
    [InlineData("-F (--zipf) needs -w with a random pattern, not read", "-F", "1", "-w", "read")]
    [InlineData("--rate is a number of transfers per second", "--rate", "0")]
    [InlineData("--rate is a number of transfers per second", "--rate", "5x")]
    [InlineData("-d (--number-ios) is a whole number", "-d", "0")]
    [InlineData("-d (--number-ios) is a whole number", "-d", "1.5%")]
    [InlineData("-O (--io-unit-size) is a size", "-O", "512")]
    [InlineData("-O 6144 is not a multiple of the page size", "-O", "6k", "-o", "24k")]
    [InlineData("-P (--num-qpairs) 5 queue pairs share the 4 transfers", "-P", "5", "-q", "4")]
    [InlineData("-C (--max-completion-per-poll)", "-C", "-1")]
    [InlineData("-Q (--continue-on-error)", "-Q", "0")]
    [InlineData("--io-queue-size", "--io-queue-size", "1")]
    [InlineData("-q 64 transfers do not fit a queue of emulated:?mdts=5, which holds 63 commands", "-q", "64", "--io-queue-size", "64")]
    [InlineData("--steady-state is iops:5%", "--steady-state", "often")]
    [InlineData("--steady-state needs a -t (--time) of at least its window, 30 s", "--steady-state", "snia")]
    [InlineData("--ss-dur has a meaning with --steady-state only", "--ss-dur", "5")]
    [InlineData("-q 60000 transfers of 8 commands each", "-q", "60000", "-o", "1M")]
    public async Task An_absurd_value_of_perf_is_one_sentence_that_names_the_option(string start, params string[] options)
    {
        var run = await ToolRun.Of(["perf", "emulated:?mdts=5", .. options]);

        Assert.StartsWith(start, run.Sentence(ExitCode.Usage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_the_tool_lists_every_verb_and_every_exit_code()
    {
        var run = await ToolRun.Of("--help");

        Assert.Equal(0, run.ExitCode);
        foreach (var verb in (string[])["status", "list", "bind", "unbind", "doctor", "show-regs", "id-ctrl", "id-ns", "read", "write", "perf"])
            Assert.Contains($"\n  {verb} ", run.Output, StringComparison.Ordinal);
        foreach (var (code, meaning) in ExitCodeTable.Rows)
            Assert.Contains($"  {(int)code,-3} {meaning}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_perf_has_its_options_under_headings()
    {
        var run = await ToolRun.Of("perf", "--help");

        var headings = run.Output.Split('\n').Where(line => line.EndsWith(':') && !line.StartsWith(' '));
        Assert.Equal(
            ["Description:", "Usage:", "Arguments:", "Load:", "Duration:", "Devices, cores and queues:", "Checks and errors:", "Output:", "Options of all verbs:"],
            headings);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 120, line));
    }

    [Fact]
    public async Task Help_of_perf_tells_its_defaults()
    {
        var run = await ToolRun.Of("perf", "--help");

        string[] presets = ["[default: 128]", "[default: 4096]", "[default: randread]", "[default: 10]", "[default: 50]", "the first allowed core"];
        var text = string.Join(' ', run.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        foreach (var preset in presets)
            Assert.Contains(preset, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)ExitCode.BadAddress, "show-regs", "emulated:?size=banana")]
    [InlineData((int)ExitCode.BadAddress, "show-regs", "teapot:short")]
    [InlineData((int)ExitCode.NoSuchDevice, "show-regs", "ffff:ff:1f.7")]
    [InlineData((int)ExitCode.NoSuchDevice, "read", "emulated:", "-n", "9", "-d", "-")]
    public async Task A_wrong_device_has_an_exit_code_of_its_own(int code, params string[] args)
    {
        var run = await ToolRun.Of(args);

        run.Sentence((ExitCode)code);
    }
}
