using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace UserNvme.Pci;

/// <summary>The kernel of this machine.</summary>
internal sealed unsafe class LinuxKernel : IKernel
{
    private static readonly TimeSpan s_moduleTimeout = TimeSpan.FromSeconds(10);

    public static LinuxKernel Instance { get; } = new();

    public int WriteAttribute(string path, string value)
    {
        var descriptor = Open(path, LibC.O_WRONLY);
        if (descriptor < 0)
            return LibC.errno;
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* start = bytes)
        {
            // A short write cannot happen: sysfs takes an attribute whole or fails.
            return LibC.write(descriptor, start, bytes.Length) < 0 ? LibC.errno : 0;
        }
    }

    public SafeFileHandle? OpenExclusive(string path, out int error)
    {
        // Reading is enough to claim a block device, and closing it afterwards does not make udev probe a disk that has gone.
        // A VFIO group wants both ways and has no use for O_EXCL.
        var isGroup = path.Contains("/vfio/", StringComparison.Ordinal);
        var descriptor = Open(path, isGroup ? LibC.O_RDWR : LibC.O_RDONLY | LibC.O_EXCL);
        error = descriptor < 0 ? LibC.errno : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public string? LoadModule(string name)
    {
        try
        {
            using var modprobe = Process.Start(new ProcessStartInfo("/sbin/modprobe", [name]) { RedirectStandardError = true, RedirectStandardOutput = true });
            if (modprobe is null)
                return "/sbin/modprobe did not start";
            if (!modprobe.WaitForExit(s_moduleTimeout))
            {
                modprobe.Kill();
                return $"modprobe {name} did not end within {s_moduleTimeout.TotalSeconds:0} s";
            }

            return modprobe.ExitCode == 0 ? null : FirstLine(modprobe.StandardError.ReadToEnd()) ?? $"modprobe {name} failed";
        }
        catch (Win32Exception e)
        {
            return $"/sbin/modprobe did not start: {e.Message}";
        }
    }

    private static string? FirstLine(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();

    private static int Open(string path, int flags)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return LibC.open(name, flags | LibC.O_CLOEXEC);
        }
    }
}
