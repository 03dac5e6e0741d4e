using UserNvme.Emulation;
using UserNvme.Transports.Vfio;
using UserNvme.Transports.VfioUser;

namespace UserNvme.DeviceTests.Device;

/// <summary>
/// The device that this run of the suite is about: `USERNVME_TEST_DEVICE=vfio-user:/run/nvme`, or any other address. It keeps its data when it is
/// closed, has at least 64 MiB in its first namespace, and is nobody else's: what is on it is lost. Without the variable it is an emulated
/// controller of this process.
/// </summary>
internal static class TestDevice
{
    private const string Variable = "USERNVME_TEST_DEVICE";
    private const string Consent = "USERNVME_TEST_DESTROY_DATA";

    private static readonly string? s_given = Environment.GetEnvironmentVariable(Variable);
    private static readonly string s_file = Path.Combine(Path.GetTempPath(), $"usernvme-device-{Environment.ProcessId}.disk");

    public static string Address { get; } = s_given ?? $"emulated:?size=64M&file={s_file}";

    /// <summary>Why the suite does not run on this device; null where it does.</summary>
    public static string? Refusal =>
        Address.StartsWith("emulated:", StringComparison.Ordinal) || Environment.GetEnvironmentVariable(Consent) == "yes"
            ? null
            : $"These tests overwrite {Address}: set {Consent}=yes if nothing on it is of use.";

    /// <summary>Makes all kinds of addresses known.</summary>
    public static void Prepare()
    {
        VfioTransport.Register();
        VfioUserTransport.Register();
        EmulatedTransport.Register();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(s_file);
    }
}
