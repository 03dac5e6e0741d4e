using System.CommandLine;
using UserNvme.Cli.Frame;
using UserNvme.Transports;

namespace UserNvme.Cli.Commands;

/// <summary>`show-regs DEV`: the controller's registers as they are; the controller is neither reset nor enabled. Names and text are nvme-cli's.</summary>
internal static class ShowRegsCommand
{
    // Controller properties of NVMe Base 2.0, 3.1.3, in nvme-cli's order: its name in text, its name in JSON, offset, bytes.
    private static readonly (string Text, string Json, int Offset, int Bytes)[] s_registers =
    [
        ("cap", "cap", 0x00, 8), ("version", "vs", 0x08, 4), ("cc", "cc", 0x14, 4), ("csts", "csts", 0x1C, 4), ("nssr", "nssr", 0x20, 4),
        ("crto", "crto", 0x68, 4), ("intms", "intms", 0x0C, 4), ("intmc", "intmc", 0x10, 4), ("aqa", "aqa", 0x24, 4), ("asq", "asq", 0x28, 8),
        ("acq", "acq", 0x30, 8), ("cmbloc", "cmbloc", 0x38, 4), ("cmbsz", "cmbsz", 0x3C, 4), ("bpinfo", "bpinfo", 0x40, 4),
        ("bprsel", "bprsel", 0x44, 4), ("bpmbl", "bpmbl", 0x48, 8), ("cmbmsc", "cmbmsc", 0x50, 8), ("cmbsts", "cmbsts", 0x58, 4),
        ("pmrcap", "pmrcap", 0xE00, 4), ("pmrctl", "pmrctl", 0xE04, 4), ("pmrsts", "pmrsts", 0xE08, 4), ("pmrebs", "pmrebs", 0xE0C, 4),
        ("pmrswtp", "pmrswtp", 0xE10, 4), ("pmrmscl", "pmrmscl", 0xE14, 4), ("pmrmscu", "pmrmscu", 0xE18, 4),
    ];

    public static Command Create(ToolContext tool)
    {
        var device = CommonSymbols.Device();
        var command = new Command("show-regs", "Shows the controller's registers as they are, without resetting or enabling it.") { device };
        command.SetAction(parse => Run(tool, parse.GetRequiredValue(device)));
        return command;
    }

    private static int Run(ToolContext tool, string address)
    {
        using var transport = TransportRegistry.Open(address);
        var values = s_registers.Select(register => register.Bytes == 8 ? transport.Read64(register.Offset) : transport.Read32(register.Offset)).ToArray();
        if (values[0] == ulong.MaxValue)
            throw new NvmeSetupException(SetupProblem.DeviceFailed, address, $"{address} does not answer: its registers read as all-ones; it is gone or hung.");
        if (tool.Json)
            WriteJson(tool, values);
        else
            WriteText(tool.Output, values);
        return (int)ExitCode.Success;
    }

    private static void WriteText(TextWriter output, ulong[] values)
    {
        for (var i = 0; i < values.Length; i++)
            output.WriteLine($"{s_registers[i].Text,-8}: {values[i]:x}");
    }

    private static void WriteJson(ToolContext tool, ulong[] values) => tool.WriteJson(json =>
    {
        json.WriteStartObject();
        for (var i = 0; i < values.Length; i++)
            json.WriteNumber(s_registers[i].Json, values[i]);
        json.WriteEndObject();
    });
}
