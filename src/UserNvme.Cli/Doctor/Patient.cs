using System.Runtime.InteropServices;
using UserNvme.Pci;

namespace UserNvme.Cli.Doctor;

/// <summary>The machine that the doctor looks at; tests bring one of their own.</summary>
internal sealed class Patient
{
    public HostPaths Host { get; init; } = HostPaths.Default;

    public Architecture Architecture { get; init; } = RuntimeInformation.ProcessArchitecture;

    /// <summary>Opens a device node and closes it again. Permissions alone do not tell: a container may forbid what the mode allows.</summary>
    public Func<string, NodeAccess> Open { get; init; } = TryOpen;

    private static NodeAccess TryOpen(string path)
    {
        if (!File.Exists(path))
            return NodeAccess.Missing;
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return NodeAccess.Granted;
        }
        catch (UnauthorizedAccessException)
        {
            return NodeAccess.Denied;
        }
        catch (IOException)
        {
            return NodeAccess.Busy;
        }
    }
}
