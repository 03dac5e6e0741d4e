using System.CommandLine;
using System.Globalization;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>`perf`: what the transfers are.</summary>
internal sealed class LoadOptions
{
    private const int MaxQueueDepth = 65535;
    private const int MaxIoSize = 1 << 30;
    private const double MaxTheta = 5;

    private readonly Option<AccessPattern> _pattern = PatternOption();

    private readonly Option<int> _readPercent = CommonSymbols.Number("--rwmixread", "-M",
        "How many of 100 transfers are reads, with -w rw and randrw.", 0, 100, PerfSettings.DefaultReadPercent);

    private readonly Option<int> _trimPercent = CommonSymbols.Number("--rwmixtrim", null,
        "How many of 100 transfers are trims (Dataset Management, Deallocate); the others are what -w says.", 0, 100, 0);

    private readonly Option<int> _flushEvery = CommonSymbols.Number("--flush-every", null,
        "A flush after every N writes of a queue pair; 0 for none.", 0, int.MaxValue, 0);

    private readonly Option<double> _zipf = new("--zipf", "-F")
    {
        Description = "Random places by a Zipf distribution with this exponent, such as 1.2, instead of a uniform one.",
        HelpName = "THETA",
        CustomParser = result => ParseTheta(result.Tokens[^1].Value, result.AddError),
    };

    private readonly Option<int> _ioSize = SizeOption("--io-size", "-o", "Bytes of a transfer, a multiple of the block size: 4096, 4k, 128K.",
        512, MaxIoSize, PerfSettings.DefaultIoSize);

    private readonly Option<int> _ioUnit = SizeOption("--io-unit-size", "-O",
        "Makes each transfer of pieces of memory of this size that lie apart: a multiple of the page size.", 4096, MaxIoSize, null);

    private readonly Option<int> _queueDepth = CommonSymbols.Number("--io-depth", "-q",
        "Transfers in flight per namespace and core.", 1, MaxQueueDepth, PerfSettings.DefaultQueueDepth);

    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Starts so many transfers a second, of the whole run, by the clock (100000, 100k); latencies count from when each was due. -q is the most in flight.",
        HelpName = "IOPS",
        CustomParser = result => ParseRate(result.Tokens[^1].Value, result.AddError),
    };

    public OptionGroup Group => new("Load", [_pattern, _readPercent, _trimPercent, _flushEvery, _zipf, _ioSize, _ioUnit, _queueDepth, _rate]);

    public PerfSettings Fill(ParseResult parse, PerfSettings settings)
    {
        var pattern = parse.GetValue(_pattern)!;
        if (!pattern.IsMixed && parse.GetResult(_readPercent) is { Implicit: false })
            throw ToolException.Usage($"-M (--rwmixread) has a meaning with -w rw and randrw only, not with {pattern.Name}.");
        foreach (var option in (Option[])[_trimPercent, _flushEvery])
        {
            if (!pattern.Writes && parse.GetResult(option) is { Implicit: false })
                throw ToolException.Usage($"{option.Name} needs -w with a pattern that writes, not {pattern.Name}.");
        }

        if (!pattern.IsRandom && parse.GetResult(_zipf) is not null)
            throw ToolException.Usage($"-F (--zipf) needs -w with a random pattern, not {pattern.Name}.");
        return settings with
        {
            Pattern = pattern,
            ReadPercent = pattern.IsMixed ? parse.GetValue(_readPercent) : pattern.ReadPercent,
            TrimPercent = parse.GetValue(_trimPercent),
            FlushEvery = parse.GetValue(_flushEvery),
            ZipfTheta = parse.GetValue(_zipf),
            IoSize = parse.GetValue(_ioSize),
            IoUnit = parse.GetValue(_ioUnit),
            QueueDepth = parse.GetValue(_queueDepth),
            Rate = parse.GetValue(_rate),
        };
    }

    private static double ParseTheta(string text, Action<string> addError)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var theta) && theta is > 0 and <= MaxTheta)
            return theta;
        addError($"-F (--zipf) is a number above 0, up to {MaxTheta}, such as 1.2, not '{text}'");
        return 0;
    }

    // Unlike sizes, rates go by thousands.
    private static double ParseRate(string text, Action<string> addError)
    {
        var factor = text.Length == 0 ? 1 : text[^1] switch { 'k' or 'K' => 1e3, 'm' or 'M' => 1e6, _ => 1.0 };
        var digits = factor > 1 ? text[..^1] : text;
        if (double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate * factor is >= 0.01 and <= 1e9)
            return rate * factor;
        addError($"--rate is a number of transfers per second from 0.01 to 1000M such as 50000, 50k or 2M, not '{text}'");
        return 0;
    }

    private static Option<int> SizeOption(string name, string alias, string description, int least, int most, int? preset)
    {
        var option = new Option<int>(name, alias)
        {
            Description = description,
            HelpName = "SIZE",
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (ByteSize.TryParse(text, out var bytes) && bytes >= least && bytes <= most)
                    return (int)bytes;
                result.AddError($"{alias} ({name}) is a size from {least} to 1G such as 4096, 4k or 128K, not '{text}'");
                return 0;
            },
        };
        if (preset is { } value)
            option.DefaultValueFactory = _ => value;
        return option;
    }

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
