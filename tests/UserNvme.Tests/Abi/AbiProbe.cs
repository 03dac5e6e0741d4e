using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace UserNvme.Tests.Abi;

/// <summary>
/// What the headers of others say, by way of native/abi-probe: compiled and run once. Without a compiler or the headers this fails, since a
/// layout that nobody checked is no reason for a green test.
/// </summary>
public sealed class AbiProbe
{
    private const string Cure =
        "install gcc, libc6-dev, linux-libc-dev and libnvme-dev (apt-get install gcc libc6-dev linux-libc-dev libnvme-dev)";

    private readonly Dictionary<string, string> _lines;

    public AbiProbe()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "abi-probe");
        DirectoryInfo work = Directory.CreateTempSubdirectory("abi-probe");
        try
        {
            string program = Path.Combine(work.FullName, "abi_probe");
            Run("gcc", ["-Wall", "-Wextra", "-Werror", "-o", program, .. Directory.GetFiles(source, "*.c"), "-lnvme"]);
            _lines = Run(program, [])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 2))
                .ToDictionary(parts => parts[0], parts => parts[1]);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    /// <summary>All names, such as "nvme_id_ctrl.vid.offset".</summary>
    public IReadOnlyCollection<string> Names => _lines.Keys;

    /// <summary>The text of a line.</summary>
    public string Text(string name) =>
        _lines.TryGetValue(name, out string? value) ? value : throw new KeyNotFoundException($"native/abi-probe prints no line '{name}'.");

    /// <summary>The number of a line.</summary>
    public long Number(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);

    private static string Run(string program, string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"The ABI probe does not build or run; {Cure}. {errors.Result}");
            return output;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"The ABI probe needs a C compiler; {Cure}.", missing);
        }
    }
}
