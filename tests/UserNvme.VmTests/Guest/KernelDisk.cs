using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace UserNvme.VmTests.Guest;

/// <summary>A namespace as the kernel's driver shows it.</summary>
public sealed class KernelDisk : IDisposable
{
    // The kernel makes the node some time after its driver got the device.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly SafeFileHandle _file;

    private KernelDisk(string path) => _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    public static KernelDisk Open(GuestController controller, uint namespaceId = 1) => new(PathOf(controller, namespaceId));

    /// <summary>The path of the namespace's node, once it is there.</summary>
    public static string PathOf(GuestController controller, uint namespaceId = 1)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < s_limit)
        {
            if (Directory.Exists($"{controller.SysfsPath}/nvme") && CanBeOpened($"/dev/{controller.KernelName}n{namespaceId}"))
                return $"/dev/{controller.KernelName}n{namespaceId}";
            Thread.Sleep(20);
        }
        throw new TimeoutException($"The kernel's driver did not show namespace {namespaceId} of {controller.Serial} within {s_limit}.");
    }

    // The node is there before the disk.
    private static bool CanBeOpened(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Read(Span<byte> destination, long offset)
    {
        for (var done = 0; done < destination.Length;)
        {
            var read = RandomAccess.Read(_file, destination[done..], offset + done);
            Assert.NotEqual(0, read);
            done += read;
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset) => RandomAccess.Write(_file, source, offset);

    /// <summary>Writes back what the page cache holds, and tells the device to.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();
}
