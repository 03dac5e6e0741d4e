using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// An LBA format of Identify Namespace (NVM Command Set 1.0, figure 98).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
public struct LbaFormat
{
    /// <summary>Metadata size in bytes per block.</summary>
    [FieldOffset(0)] public ushort Ms;

    /// <summary>
    /// LBA data size: 2^n bytes. Legal are 9 (512 bytes) to 31; 0 stands for a format that is not available; see <see
    /// cref="TryGetBlockSize"/>.
    /// </summary>
    [FieldOffset(2)] public byte Lbads;

    /// <summary>Relative performance, bits 1:0: 0 best, 3 degraded.</summary>
    [FieldOffset(3)] public byte Rp;

    /// <summary>The block size, if it is a legal one.</summary>
    /// <param name="bytes">512 to 2^30 bytes, a power of two; 0 where the method returns false.</param>
    /// <returns>False where <see cref="Lbads"/> lies outside 9..30 (2^31 bytes is legal but no buffer of .NET can hold such a
    /// block).</returns>
    public readonly bool TryGetBlockSize(out int bytes)
    {
        bool legal = Lbads is >= 9 and <= 30;
        bytes = legal ? 1 << Lbads : 0;
        return legal;
    }
}
