using System.Globalization;
using System.Text.Json;
using UserNvme.Spec;

namespace UserNvme.Cli.NvmeCli;

/// <summary>Shows one power state descriptor as <c>nvme id-ctrl</c> of nvme-cli 2.3 does.</summary>
internal static class PowerStatePrinter
{
    private const byte MaxPowerInTenthsOfMilliwatts = 1;
    private const byte NonOperational = 2;

    public static void WriteJson(Utf8JsonWriter json, in PowerStateDescriptor state)
    {
        json.WriteStartObject();
        json.WriteNumber("max_power", state.Mp);
        json.WriteNumber("flags", state.Flags);
        json.WriteNumber("entry_lat", (int)state.Enlat);
        json.WriteNumber("exit_lat", (int)state.Exlat);
        json.WriteNumber("read_tput", state.Rrt);
        json.WriteNumber("read_lat", state.Rrl);
        json.WriteNumber("write_tput", state.Rwt);
        json.WriteNumber("write_lat", state.Rwl);
        json.WriteNumber("idle_power", state.Idlp);
        json.WriteNumber("idle_scale", state.Ips >> 6);
        json.WriteNumber("active_power", state.Actp);
        json.WriteNumber("active_power_work", state.Apws & 7);
        json.WriteNumber("active_scale", state.Apws >> 6);
        json.WriteEndObject();
    }

    public static void WriteText(TextWriter text, int index, in PowerStateDescriptor state)
    {
        string maxPower = Watts(state.Mp, (state.Flags & MaxPowerInTenthsOfMilliwatts) != 0 ? 1 : 2);
        string operational = (state.Flags & NonOperational) != 0 ? "non-operational" : "operational";
        text.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"ps   {index,4} : mp:{maxPower} {operational} enlat:{(int)state.Enlat} " +
            $"exlat:{(int)state.Exlat} rrt:{state.Rrt} rrl:{state.Rrl}\n" +
            $"            rwt:{state.Rwt} rwl:{state.Rwl} idle_power:{Watts(state.Idlp, state.Ips >> 6)} " +
            $"active_power:{Watts(state.Actp, state.Apws >> 6)}\n" +
            $"            active_power_workload:{Workload(state.Apws)}\n"));
    }

    private static string Watts(ushort power, int scale) => scale switch
    {
        0 => "-",
        1 => string.Create(CultureInfo.InvariantCulture, $"{power / 10000}.{power % 10000:D4}W"),
        2 => string.Create(CultureInfo.InvariantCulture, $"{power / 100}.{power % 100:D2}W"),
        _ => "reserved",
    };

    private static string Workload(byte workload) => (workload & 7) switch
    {
        0 => "-",
        1 => "1MiB 32 RW, 30s idle",
        2 => "80K 128KiB SW",
        _ => "reserved",
    };
}
