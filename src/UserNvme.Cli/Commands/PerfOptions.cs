using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;
using UserNvme.Cli.Safety;

namespace UserNvme.Cli.Commands;

/// <summary>The options of `perf`, their defaults, and the checks that need no device.</summary>
internal sealed class PerfOptions
{
    private const int MaxQueueDepth = 65535;
    private const int MaxIoSize = 1 << 30;
    private const int MaxSeconds = 7 * 24 * 3600;

    private readonly Option<int> _queueDepth = CommonSymbols.Number("--io-depth", "-q",
        "Transfers in flight per namespace and core.", 1, MaxQueueDepth, PerfSettings.DefaultQueueDepth);

    private readonly Option<int> _ioSize = IoSizeOption();
    private readonly Option<AccessPattern> _pattern = PatternOption();

    private readonly Option<int> _readPercent = CommonSymbols.Number("--rwmixread", "-M",
        "How many of 100 transfers are reads, with -w rw and randrw.", 0, 100, PerfSettings.DefaultReadPercent);

    private readonly Option<int> _seconds = CommonSymbols.Number("--time", "-t",
        "Seconds to measure.", 1, MaxSeconds, PerfSettings.DefaultSeconds);

    private readonly Option<int> _warmUp = CommonSymbols.Number("--warmup-time", "-a",
        "Seconds under load before the measurement starts.", 0, MaxSeconds, PerfSettings.DefaultWarmUpSeconds);

    private readonly Option<string> _cores = new("--core-mask", "-c")
    {
        Description = "The cores to use, one thread each: a mask (0x6) or a list (1,3-5). " +
            "[default: the first allowed core other than 0, or 0 where it is alone]",
        HelpName = "MASK|LIST",
    };

    /// <summary>-n: one namespace instead of all; 0 is all.</summary>
    public Option<uint> Namespace { get; } = new("--namespace-id", "-n")
    {
        Description = "Only this namespace. [default: all active ones]",
        HelpName = "NSID",
        CustomParser = result => CommonSymbols.ParseNamespaceId(result),
    };

    public Option<bool> DestroyData { get; } = DataGuard.Option();

    public Option<int> Timeout { get; } = CommonSymbols.Timeout(15);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_queueDepth, _ioSize, _pattern, _readPercent, _seconds, _warmUp, _cores, Namespace, DestroyData, Timeout])
            command.Add(option);
    }

    /// <summary>The settings of the command line.</summary>
    /// <exception cref="ToolException">Options contradict each other, or a core does not exist.</exception>
    public PerfSettings Read(ParseResult parse)
    {
        var pattern = parse.GetValue(_pattern)!;
        if (!pattern.IsMixed && parse.GetResult(_readPercent) is { Implicit: false })
            throw ToolException.Usage($"-M (--rwmixread) has a meaning with -w rw and randrw only, not with {pattern.Name}.");
        return new PerfSettings
        {
            QueueDepth = parse.GetValue(_queueDepth),
            IoSize = parse.GetValue(_ioSize),
            Pattern = pattern,
            ReadPercent = pattern.IsMixed ? parse.GetValue(_readPercent) : pattern.ReadPercent,
            Duration = TimeSpan.FromSeconds(parse.GetValue(_seconds)),
            WarmUp = TimeSpan.FromSeconds(parse.GetValue(_warmUp)),
            Cores = Cores(parse.GetValue(_cores), CpuAffinity.Allowed()),
        };
    }

    /// <summary>The cores that were asked for, or the default, out of those that the process may use.</summary>
    internal static IReadOnlyList<int> Cores(string? text, IReadOnlyList<int> allowed)
    {
        if (text is null)
            return CoreList.Default(allowed);
        var cores = CoreList.Parse(text, out var error) ?? throw ToolException.Usage($"-c (--core-mask): {error}.");
        var absent = cores.Except(allowed).ToArray();
        return absent.Length == 0
            ? cores
            : throw ToolException.Usage(
                $"-c (--core-mask): this process cannot run on core {CoreList.Describe(absent)}; it can on {CoreList.Describe(allowed)}.");
    }

    private static Option<int> IoSizeOption() => new("--io-size", "-o")
    {
        Description = "Bytes of a transfer, a multiple of the block size: 4096, 4k, 128K.",
        HelpName = "SIZE",
        DefaultValueFactory = _ => PerfSettings.DefaultIoSize,
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (ByteSize.TryParse(text, out var bytes) && bytes is >= 512 and <= MaxIoSize)
                return (int)bytes;
            result.AddError($"-o (--io-size) is a size from 512 to 1G such as 4096, 4k or 128K, not '{text}'");
            return 0;
        },
    };

    private static Option<AccessPattern> PatternOption() => new("--io-pattern", "-w")
    {
        Description = "What to do: " + string.Join(", ", AccessPattern.All.Select(pattern => pattern.Name)) + ".",
        HelpName = "PATTERN",
        DefaultValueFactory = _ => AccessPattern.All.Single(pattern => pattern.Name == PerfSettings.DefaultPattern),
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            var pattern = AccessPattern.All.FirstOrDefault(known => known.Name == text);
            if (pattern is null)
                result.AddError($"-w (--io-pattern) is one of {string.Join(", ", AccessPattern.All.Select(known => known.Name))}, not '{text}'");
            return pattern;
        },
    };
}
