using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

/// <summary>Does to a <see cref="FakeHost"/> what Linux does when driver_override, unbind and drivers_probe are written.</summary>
internal sealed class FakeKernel(FakeHost host) : IKernel
{
    private readonly List<(string Path, SafeFileHandle Handle)> _opened = [];

    /// <summary>Every write and module load, in order: "0000:01:00.0/driver_override=vfio-pci".</summary>
    public List<string> Log { get; } = [];

    /// <summary>Nodes that an exclusive open does not get, and the error.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    /// <summary>The errors of the first exclusive opens of a node, one after the other.</summary>
    public Dictionary<string, Queue<int>> NotYet { get; } = [];

    /// <summary>What is open exclusively while a driver is taken away.</summary>
    public List<string> OpenDuringUnbind { get; } = [];

    /// <summary>Drivers whose probe fails.</summary>
    public HashSet<string> ProbeFails { get; } = [];

    /// <summary>Modules that modprobe finds.</summary>
    public HashSet<string> Modules { get; } = [];

    /// <summary>Happens right after the first disk was claimed.</summary>
    public Action? AfterFirstClaim { get; set; }

    /// <summary>The error of every write; 0 for none.</summary>
    public int WriteError { get; set; }

    public int WriteAttribute(string path, string value)
    {
        if (WriteError != 0)
            return WriteError;
        Log.Add($"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}={value.Trim()}");
        switch (Path.GetFileName(path))
        {
            case "driver_override":
                File.WriteAllText(path, value.Trim().Length == 0 ? "(null)\n" : value + "\n");
                break;
            case "unbind":
                OpenDuringUnbind.AddRange(_opened.Where(o => !o.Handle.IsClosed).Select(o => Path.GetFileName(o.Path)));
                host.Unbind(value);
                break;
            case "drivers_probe":
                Probe(value);
                break;
            default:
                throw new InvalidOperationException($"Nothing writes {path}.");
        }

        return 0;
    }

    public SafeFileHandle? OpenExclusive(string path, out int error)
    {
        var name = Path.GetFileName(path);
        if ((NotYet.TryGetValue(name, out var errors) && errors.TryDequeue(out error)) || Refused.TryGetValue(name, out error))
            return null;
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        _opened.Add((path, handle));
        AfterFirstClaim?.Invoke();
        AfterFirstClaim = null;
        return handle;
    }

    public string? LoadModule(string name)
    {
        Log.Add($"modprobe {name}");
        if (!Modules.Contains(name))
            return $"FATAL: Module {name} not found.";
        host.AddDriver(name);
        return null;
    }

    private void Probe(string address)
    {
        var wanted = File.ReadAllText(Path.Combine(host.DeviceDirectory(address), "driver_override")).Trim();
        var driver = wanted == "(null)" ? "nvme" : wanted;
        if (Directory.Exists(Path.Combine(host.Paths.PciDrivers, driver)) && !ProbeFails.Contains(driver))
            host.BindTo(address, driver);
    }

    public static int Busy => LibC.EBUSY;

    public static int NotPermitted => LibC.EACCES;
}
