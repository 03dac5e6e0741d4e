using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Interop;

namespace UserNvme.Pci;

/// <summary>
/// Exclusive claims on all disks of a controller. While they stand, nobody can mount, swap on or build upon the disks or their
/// partitions. The claim of a disk covers its partitions, and the kernel grants nobody both: so partitions are tried first, each
/// released again, to say which of them is in use; then the disks are claimed and kept.
/// </summary>
internal sealed class DiskClaims : IDisposable
{
    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(1);

    // The kernel shows a disk in sysfs some time before it can be opened.
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(5);

    private readonly List<SafeFileHandle> _claims = [];
    private readonly HashSet<string> _claimed = [];
    private readonly PciDevice _device;
    private readonly HostPaths _host;
    private readonly IKernel _kernel;

    private DiskClaims(PciDevice device, HostPaths host, IKernel kernel) => (_device, _host, _kernel) = (device, host, kernel);

    /// <summary>Claims every disk of the controller.</summary>
    /// <exception cref="NvmeSetupException">One is in use (<see cref="SetupProblem.DiskInUse"/>) or may not be opened.</exception>
    public static DiskClaims Take(PciDevice device, HostPaths host, IKernel kernel)
    {
        var claims = new DiskClaims(device, host, kernel);
        try
        {
            claims.ClaimAll(device.BlockDevices);
            // A namespace may have been attached meanwhile.
            claims.ClaimAll(new BlockDeviceReader(host, MountTable.Read(host)).ReadDisks(device.Address));
            claims.RefuseOpenDisks();
            return claims;
        }
        catch
        {
            claims.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var claim in _claims)
            claim.Dispose();
        _claims.Clear();
    }

    private void ClaimAll(IReadOnlyList<PciBlockDevice> disks)
    {
        foreach (var disk in disks.Where(disk => _claimed.Add(disk.Name)))
        {
            foreach (var partition in disk.Partitions)
                Claim(partition).Dispose();
            _claims.Add(Claim(disk));
        }
    }

    private SafeFileHandle Claim(PciBlockDevice disk)
    {
        SafeFileHandle? claim = null;
        var error = 0;
        BoundedWait.Until(() =>
        {
            claim = _kernel.OpenExclusive(disk.Path, out error);
            return claim is not null || (error != LibC.ENOENT && error != LibC.ENXIO);
        }, s_startTime);
        return claim ?? throw Refusal(disk, error);
    }

    private NvmeSetupException Refusal(PciBlockDevice disk, int error)
    {
        var address = _device.Address.ToString();
        if (error == LibC.EBUSY)
            return new NvmeSetupException(SetupProblem.DiskInUse, address, $"{_device} stays with {_device.Driver}: {WhyBusy(disk)}.");
        var text = Marshal.GetPInvokeErrorMessage(error);
        return error == LibC.EACCES || error == LibC.EPERM
            ? new NvmeSetupException(SetupProblem.NoPermission, address,
                $"{_device} stays with {_device.Driver}: {disk.Path} may not be opened to see that nobody uses it ({text}): run this as root.")
            : new NvmeSetupException(SetupProblem.SystemError, address,
                $"{_device} stays with {_device.Driver}: {disk.Path} cannot be opened to see that nobody uses it ({text}).");
    }

    // Another mount namespace may hold it, so all that can be seen are read once more for the sentence.
    private string WhyBusy(PciBlockDevice disk)
    {
        var now = new BlockDeviceReader(_host, MountTable.ReadEveryNamespace(_host)).ReadDisks(_device.Address);
        var used = now.SelectMany(d => d.WithPartitions).Where(d => d.Name == disk.Name && d.Uses.Count > 0)
            .Concat(now.Where(d => d.Name == disk.Name).SelectMany(d => d.Partitions).Where(p => p.Uses.Count > 0))
            .ToList();
        if (used.Count > 0)
        {
            var uses = string.Join("; ", used.Select(d => $"{d.Path} is {string.Join(" and ", d.Uses)}"));
            return $"{uses}, and must be freed first";
        }

        var holders = FileHolders.Of([disk.Path, .. disk.Partitions.Select(p => p.Path)], _host);
        return holders.Count > 0
            ? $"{disk.Path} is held by {string.Join(", ", holders)}, which must close it first"
            : $"{disk.Path} is claimed by the kernel (a file system, RAID, LVM) or by a process that this one cannot see, and must be freed first";
    }

    // The claim keeps out mounts and other claims, but not a program that has the disk open without one, and would lose it at work.
    private void RefuseOpenDisks()
    {
        var nodes = _device.BlockDevices.SelectMany(disk => disk.WithPartitions).Select(d => d.Path).ToList();
        if (nodes.Count == 0)
            return;
        var holders = HoldersThatStay(nodes);
        if (holders.Count > 0)
            throw new NvmeSetupException(SetupProblem.DiskInUse, _device.Address.ToString(),
                $"{_device} stays with {_device.Driver}: {string.Join(", ", holders)} has a disk of it open ({string.Join(", ", _device.BlockDevices.Select(d => d.Path))}) and must close it first.");
    }

    // udev and monitors open a disk for a moment when something happens to it; a moment is all that they get here.
    private IReadOnlyList<FileHolder> HoldersThatStay(IReadOnlyCollection<string> nodes)
    {
        var since = Stopwatch.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            var holders = FileHolders.Of(nodes, _host, includeThisProcess: false);
            if (holders.Count == 0 || Stopwatch.GetElapsedTime(since) > s_probeTime)
                return holders;
            pause.Wait(s_probeTime / 10);
        }
    }
}
