using Microsoft.Win32.SafeHandles;

namespace UserNvme.Pci;

/// <summary>
/// The configuration space that sysfs shows of any PCI function, whatever its driver. An unprivileged reader sees the first 64 bytes
/// only; the rest reads as 0xFF.
/// </summary>
public sealed class SysfsConfigSpace : PciConfigSpace, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly PciAddress _address;

    /// <summary>Opens the configuration space of a function.</summary>
    /// <param name="address">Where the function is.</param>
    /// <param name="writable">Whether registers will be written, which needs root.</param>
    /// <param name="host">Where sysfs is; this machine's if null.</param>
    /// <exception cref="NvmeSetupException">There is no such device, or the file may not be opened.</exception>
    public SysfsConfigSpace(PciAddress address, bool writable = false, HostPaths? host = null)
    {
        _address = address;
        _path = Path.Combine((host ?? HostPaths.Default).PciDevice(address), "config");
        try
        {
            _file = File.OpenHandle(_path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new NvmeSetupException(SetupProblem.NoPermission, address.ToString(),
                $"The configuration space of {address} may not be opened ({_path}): run this as root.", e);
        }
        catch (IOException e)
        {
            throw new NvmeSetupException(SetupProblem.NoSuchDevice, address.ToString(),
                $"There is no PCI device {address}: its configuration space cannot be opened ({_path}).", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <inheritdoc/>
    protected override void Read(int offset, Span<byte> destination)
    {
        int read;
        try
        {
            read = RandomAccess.Read(_file, destination, offset);
        }
        catch (IOException)
        {
            read = 0; // The device was removed while the file was open.
        }

        if (read < destination.Length)
            destination.Fill(0xFF);
    }

    /// <inheritdoc/>
    protected override void Write(int offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(_file, source, offset);
        }
        catch (IOException e)
        {
            throw new NvmeSetupException(SetupProblem.DeviceFailed, _address.ToString(),
                $"The configuration space of {_address} cannot be written at 0x{offset:x} ({_path}): {e.Message}", e);
        }
    }
}
