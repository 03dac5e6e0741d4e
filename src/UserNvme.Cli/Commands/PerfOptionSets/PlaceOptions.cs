using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>`perf`: on which devices, namespaces, cores and queues.</summary>
internal sealed class PlaceOptions
{
    private const int MaxQueuePairs = 256;

    private readonly Option<string[]> _allowed = new("--allowed-pci-addr", "-b")
    {
        Description = "One more device, by its PCI address, as spdk_nvme_perf names it; may be repeated.",
        HelpName = "ADDR",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<DeviceChoice[]> _transport = new("--transport", "-r")
    {
        Description = "One more device, as SPDK's transport identifier: 'trtype:PCIe traddr:0000:01:00.0' or 'trtype:VFIOUSER traddr:FOLDER', with ns:N for one namespace; may be repeated.",
        HelpName = "TRID",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => DeviceChoice.ParseTransportId(token.Value, result.AddError))],
    };

    private readonly Option<uint> _namespace = new("--namespace-id", "-n")
    {
        Description = "Only this namespace. [default: all active ones]",
        HelpName = "NSID",
        CustomParser = CommonSymbols.ParseNamespaceId,
    };

    private readonly Option<string> _cores = new("--core-mask", "-c")
    {
        Description = "The cores to use, one thread each: a mask (0x6) or a list (1,3-5). " +
            "[default: the first allowed core other than 0, or 0 where it is alone]",
        HelpName = "MASK|LIST",
    };

    private readonly Option<int> _pairs = CommonSymbols.Number("--num-qpairs", "-P",
        "Queue pairs per namespace and core, which share -q.", 1, MaxQueuePairs, 1);

    private readonly Option<int> _queueEntries = CommonSymbols.Number("--io-queue-size", null,
        "Entries of each queue; more than the controller has is lowered to that. [default: what -q needs]", 2, 65536, 0);

    private readonly Option<int> _maxCompletions = CommonSymbols.Number("--max-completion-per-poll", "-C",
        "Completions that one poll handles at most. [default: all; of software that watches its doorbells in memory an eighth of -q, 16 at least]", 1, 65536, 0);

    private readonly Option<bool> _noShadows = new("--no-shadow-doorbells")
    {
        Description = "Write doorbell registers also where the controller offers to look for doorbells in memory, as those of virtual machines do.",
    };

    public PlaceOptions() => _queueEntries.DefaultValueFactory = _maxCompletions.DefaultValueFactory = null;

    public OptionGroup Group => new("Devices, cores and queues", [_allowed, _transport, _namespace, _cores, _pairs, _queueEntries, _maxCompletions, _noShadows]);

    /// <summary>The devices: positional ones, -b, -r.</summary>
    public IReadOnlyList<DeviceChoice> Devices(ParseResult parse, IEnumerable<string> positional)
    {
        var one = parse.GetValue(_namespace);
        DeviceChoice[] devices =
        [
            .. positional.Concat(parse.GetValue(_allowed) ?? []).Select(address => new DeviceChoice(address, one)),
            .. (parse.GetValue(_transport) ?? []).Select(device => device.NamespaceId == 0 ? device with { NamespaceId = one } : device),
        ];
        if (devices.Length == 0)
            throw ToolException.Usage("perf needs DEV; see 'usernvme perf --help'.");
        var twice = devices.GroupBy(device => device.Address).FirstOrDefault(group => group.Count() > 1 && !group.Key.StartsWith("emulated:", StringComparison.Ordinal));
        return twice is null ? devices : throw ToolException.Usage($"{twice.Key} is given twice; a controller can be opened once.");
    }

    public PerfSettings Fill(ParseResult parse, PerfSettings settings)
    {
        var pairs = parse.GetValue(_pairs);
        if (pairs > settings.QueueDepth)
            throw ToolException.Usage($"-P (--num-qpairs) {pairs} queue pairs share the {settings.QueueDepth} transfers of -q (--io-depth): some would have none.");
        return settings with
        {
            Cores = Cores(parse.GetValue(_cores), CpuAffinity.Allowed()),
            QueuePairs = pairs,
            QueueEntries = parse.GetValue(_queueEntries),
            MaxCompletions = parse.GetValue(_maxCompletions),
            ShadowDoorbells = !parse.GetValue(_noShadows),
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
}
