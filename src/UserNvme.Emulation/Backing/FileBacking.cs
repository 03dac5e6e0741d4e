using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Spec;

namespace UserNvme.Emulation.Backing;

/// <summary>
/// Data in a file, which survives a restart; created sparse where it is missing. Reads and writes are pread and pwrite and not a mapping,
/// for a full disk under a mapping kills the process, while here it becomes a status.
/// </summary>
internal sealed unsafe class FileBacking : BackingStore
{
    private const int LargestTransfer = 1 << 30;
    private readonly SafeFileHandle _file;
    private byte[]? _zeroes;

    public FileBacking(string path, long length)
    {
        try
        {
            // FileShare.None is an advisory lock: a second controller on the file is refused, other programs may look at it.
            _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var problem = e is UnauthorizedAccessException ? SetupProblem.NoPermission
                : e is FileNotFoundException or DirectoryNotFoundException or ArgumentException ? SetupProblem.BadAddress
                : SetupProblem.HeldByProcess;
            throw new NvmeSetupException(problem, "emulated:", $"The file '{path}' of an emulated namespace cannot be opened for writing: {e.Message}", e);
        }

        try
        {
            var present = RandomAccess.GetLength(_file);
            if (present == 0)
            {
                RandomAccess.SetLength(_file, length);
            }
            else if (present != length)
            {
                throw new NvmeSetupException(SetupProblem.BadAddress, "emulated:", string.Create(CultureInfo.InvariantCulture,
                    $"The file '{path}' has {present} bytes and the emulated namespace was to have {length}: give size={present}, or another file."));
            }
        }
        catch (Exception e) when (e is IOException and not NvmeSetupException or UnauthorizedAccessException or NotSupportedException)
        {
            _file.Dispose();
            throw new NvmeSetupException(SetupProblem.SystemError, "emulated:", string.Create(CultureInfo.InvariantCulture,
                $"The file '{path}' cannot be made {length} bytes long: {e.Message}"), e);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    // The page cache survives the process, not the machine.
    public override bool IsVolatile => true;

    public override NvmeStatus Read(long offset, byte* destination, long length)
    {
        try
        {
            while (length > 0)
            {
                var piece = (int)Math.Min(length, LargestTransfer);
                var read = RandomAccess.Read(_file, new Span<byte>(destination, piece), offset);
                if (read == 0)
                    return DeviceStatus.UnrecoveredReadError; // Somebody made the file shorter.
                destination += read;
                offset += read;
                length -= read;
            }

            return NvmeStatus.Success;
        }
        catch (IOException)
        {
            return DeviceStatus.UnrecoveredReadError;
        }
    }

    public override NvmeStatus Write(long offset, byte* source, long length)
    {
        try
        {
            while (length > 0)
            {
                var piece = (int)Math.Min(length, LargestTransfer);
                RandomAccess.Write(_file, new ReadOnlySpan<byte>(source, piece), offset);
                source += piece;
                offset += piece;
                length -= piece;
            }

            return NvmeStatus.Success;
        }
        catch (IOException e)
        {
            return e.HResult == LibC.ENOSPC ? DeviceStatus.CapacityExceeded : DeviceStatus.WriteFault;
        }
    }

    public override NvmeStatus Zero(long offset, long length)
    {
        var done = LibC.fallocate((int)_file.DangerousGetHandle(), LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, offset, length);
        return done == 0 ? NvmeStatus.Success : WriteZeroes(offset, length);
    }

    public override NvmeStatus Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
            return NvmeStatus.Success;
        }
        catch (IOException)
        {
            return DeviceStatus.WriteFault;
        }
    }

    public override void Dispose() => _file.Dispose();

    // For file systems that cannot punch holes.
    private NvmeStatus WriteZeroes(long offset, long length)
    {
        _zeroes ??= new byte[1 << 20];
        fixed (byte* zeroes = _zeroes)
        {
            for (long done = 0; done < length; done += _zeroes.Length)
            {
                var status = Write(offset + done, zeroes, Math.Min(length - done, _zeroes.Length));
                if (!status.IsSuccess) return status;
            }
        }

        return NvmeStatus.Success;
    }
}
