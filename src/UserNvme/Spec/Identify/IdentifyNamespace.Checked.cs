using System.Runtime.InteropServices;

namespace UserNvme.Spec;

// What the raw fields mean, with every shift and index checked.
public partial struct IdentifyNamespace
{
    /// <summary>Whether the namespace is active: an inactive one answers with all zeroes.</summary>
    public readonly bool IsActive => Nsze != 0;

    /// <summary>How many of <see cref="Lbaf"/> are valid: 1 to 64, whatever the controller says.</summary>
    public readonly int FormatCount => Math.Min(Nlbaf + 1 + Nulbaf, LbaFormats.Length);

    /// <summary>
    /// Index of the LBA format in use, 0 to 63: FLBAS bits 3:0, and bits 6:5 above them where there are more than 16 formats.
    /// </summary>
    public readonly int FormatIndex => (Flbas & 0xF) | (FormatCount > 16 ? (Flbas & 0x60) >> 1 : 0);

    /// <summary>The LBA format in use, if the controller names one that it has and whose block size is legal.</summary>
    /// <param name="format">The format; all zero where the method returns false.</param>
    /// <param name="blockSize">Its block size in bytes, a power of two from 512; 0 where the method returns false.</param>
    public readonly bool TryGetFormat(out LbaFormat format, out int blockSize)
    {
        int index = FormatIndex;
        if (index < FormatCount && Lbaf[index].TryGetBlockSize(out blockSize))
        {
            format = Lbaf[index];
            return true;
        }

        format = default;
        blockSize = 0;
        return false;
    }

    /// <summary>
    /// Whether metadata follows each block within the data buffer (FLBAS bit 4); meaningless for formats without metadata.
    /// </summary>
    public readonly bool HasExtendedBlocks => (Flbas & 0x10) != 0;

    /// <summary>Type of the end-to-end protection information: 0 none, 1 to 3 (DPS bits 2:0).</summary>
    public readonly int ProtectionType => Dps & 7;

    /// <summary>Whether other controllers may have the namespace attached as well (NMIC bit 0).</summary>
    public readonly bool IsShared => (Nmic & 1) != 0;

    /// <summary>Whether the namespace is write protected now (NSATTR bit 0).</summary>
    public readonly bool IsWriteProtected => (Nsattr & 1) != 0;

    /// <summary>Whether the namespace is thin provisioned: capacity may be less than size (NSFEAT bit 0).</summary>
    public readonly bool IsThinProvisioned => (Nsfeat & 1) != 0;

    /// <summary>Whether NAWUN, NAWUPF and NACWU apply instead of the controller's AWUN, AWUPF and ACWU (NSFEAT bit 1).</summary>
    public readonly bool HasOwnAtomicity => (Nsfeat & 2) != 0;

    /// <summary>Whether NPWG, NPWA, NPDG, NPDA and NOWS are valid (NSFEAT bit 4).</summary>
    public readonly bool HasPreferredGranularities => (Nsfeat & 0x10) != 0;

    /// <summary>Whether deallocated blocks read as zeroes (DLFEAT bits 2:0 = 1).</summary>
    public readonly bool DeallocatedReadsZero => (Dlfeat & 7) == 1;

    /// <summary>Copies the structure out of what the controller returned; nothing is checked, see the members.</summary>
    /// <param name="data">At least 4096 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="data"/> is shorter than that.</exception>
    public static IdentifyNamespace Parse(ReadOnlySpan<byte> data) => MemoryMarshal.Read<IdentifyNamespace>(data);
}
