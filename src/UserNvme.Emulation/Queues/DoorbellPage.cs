#pragma warning disable RS0030 // The controller's end of the doorbells: device memory seen from the other side.
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using UserNvme.Interop;

namespace UserNvme.Emulation.Queues;

/// <summary>
/// The doorbell registers as memory that the host stores to and the controller reads: no call between them. Backed by a memfd, so that
/// another process can map it as well.
/// </summary>
internal sealed unsafe class DoorbellPage : IDisposable
{
    /// <summary>Where the doorbells start in the register space.</summary>
    public const int FirstOffset = 0x1000;

    private readonly int _strideShift;
    private byte* _base;

    /// <param name="queues">Number of queue pairs, the admin queue included.</param>
    /// <param name="stride">CAP.DSTRD.</param>
    public DoorbellPage(int queues, int stride)
    {
        _strideShift = 2 + stride;
        Queues = queues;
        Length = ((queues * 2 << _strideShift) + 4095) & ~4095;
        fixed (byte* name = "usernvme-doorbells\0"u8)
            File = new SafeFileHandle(LibC.memfd_create(name, (uint)(LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING)), ownsHandle: true);
        // Sealed, so that another process that has it cannot take the pages away under the controller.
        if (File.IsInvalid || LibC.ftruncate((int)File.DangerousGetHandle(), FirstOffset + Length) != 0
            || LibC.fcntl((int)File.DangerousGetHandle(), LibC.F_ADD_SEALS, MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_SEAL) != 0)
            throw OutOfMemory();
        var memory = LibC.mmap(null, (size_t)(ulong)Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)File.DangerousGetHandle(), FirstOffset);
        if (memory == LibC.MAP_FAILED)
            throw OutOfMemory();
        _base = (byte*)memory;
    }

    /// <summary>The memfd; it is laid out as the register space is, with nothing where the registers are.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Bytes, a multiple of 4096.</summary>
    public int Length { get; }

    /// <summary>Number of queue pairs that have doorbells, the admin queue included.</summary>
    public int Queues { get; }

    /// <summary>The register of a queue.</summary>
    public uint* Register(int queueId, bool completion) => (uint*)(_base + OffsetOf(queueId, completion));

    /// <summary>Where it lies behind the first one, in bytes.</summary>
    public long OffsetOf(int queueId, bool completion) => (long)(2 * queueId + (completion ? 1 : 0)) << _strideShift;

    /// <summary>Reads what the host stored last, with one 32-bit load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read(uint* register) => Volatile.Read(ref *register);

    /// <summary>Stores for the host; all stores it made before are visible first.</summary>
    public static void Write(uint* register, uint value) => Volatile.Write(ref *register, value);

    /// <summary>Finds the register at an offset of the register space.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(int offset, out int queueId, out bool completion)
    {
        var index = (offset - FirstOffset) >> _strideShift;
        queueId = index >> 1;
        completion = (index & 1) != 0;
        return offset >= FirstOffset && queueId < Queues && ((offset - FirstOffset) & ((1 << _strideShift) - 1)) == 0;
    }

    /// <summary>Sets all registers to zero.</summary>
    public void Clear() => new Span<byte>(_base, Length).Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_base != null)
            _ = LibC.munmap(_base, (size_t)(ulong)Length);
        _base = null;
        File.Dispose();
    }

    private static NvmeSetupException OutOfMemory() =>
        new(SetupProblem.NoMemory, "emulated:", "There is no memory for the doorbells of an emulated controller: close other programs or raise the limit on open files.");
}
