using System.CommandLine;
using UserNvme.Cli.Commands;

namespace UserNvme.Cli.Perf.Report;

/// <summary>What a reader of the report needs to know to judge or repeat the run: the command, the machine, the devices.</summary>
/// <param name="CommandLine">As it was typed, quoted for a shell.</param>
/// <param name="Time">When the run ended.</param>
/// <param name="Machine">Names and values.</param>
/// <param name="Devices">For each device its address, names and values.</param>
internal sealed record RunFacts(
    string CommandLine,
    DateTimeOffset Time,
    IReadOnlyList<(string Name, string Value)> Machine,
    IReadOnlyList<(string Address, IReadOnlyList<(string Name, string Value)> Facts)> Devices)
{
    public static RunFacts Of(ParseResult parse, IReadOnlyList<PerfTarget> targets) => new(
        string.Join(' ', parse.Tokens.Select(token => Quote(token.Value)).Prepend("usernvme")),
        DateTimeOffset.Now,
        [.. MachineFacts.Read(targets)],
        [.. targets.GroupBy(target => target.DeviceNumber).Select(group => (group.First().Controller.Address, DeviceFacts([.. group])))]);

    private static IReadOnlyList<(string Name, string Value)> DeviceFacts(IReadOnlyList<PerfTarget> targets)
    {
        var controller = targets[0].Controller;
        var identity = controller.Identity;
        return
        [
            ("Model", identity.ModelNumber),
            ("Serial number", identity.SerialNumber),
            ("Firmware", identity.FirmwareRevision),
            ("NVMe version", controller.Version.ToString()),
            ("Largest transfer", ByteSize.Describe(controller.MaxTransferBytes)),
            ("Largest queue", $"{controller.MaxQueueEntries} entries"),
            .. targets.Select(target => (
                $"Namespace {target.Namespace.Id}",
                $"{ByteSize.Describe((long)UInt128.Min(long.MaxValue, (UInt128)target.Namespace.BlockCount * (uint)target.Namespace.BlockSize))}, blocks of {target.Namespace.BlockSize} bytes")),
        ];
    }

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,%@+".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
