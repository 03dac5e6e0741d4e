namespace UserNvme.Cli.Safety;

/// <summary>Signatures that are some bytes at a fixed distance from the beginning: most file systems, volume managers and encryption.</summary>
internal static class FixedSignatures
{
    private const int KiB = 1024;

    // Long enough to be no accident; shorter ones are checked with more of their structure in StructuredSignatures.
    private static readonly (string Name, byte[] Magic, int[] Offsets)[] s_table =
    [
        ("XFS file system", [.. "XFSB"u8], [0]),
        ("Btrfs file system", [.. "_BHRfS_M"u8], [(64 * KiB) + 64]),
        ("F2FS file system", [0x10, 0x20, 0xF5, 0xF2], [KiB]),
        ("NTFS file system", [.. "NTFS    "u8], [3]),
        ("exFAT file system", [.. "EXFAT   "u8], [3]),
        ("ReFS file system", [.. "\0\0\0ReFS\0"u8], [0]),
        ("FAT file system", [.. "FAT12   "u8], [54]),
        ("FAT file system", [.. "FAT16   "u8], [54]),
        ("FAT file system", [.. "FAT32   "u8], [82]),
        ("ISO 9660 file system", [.. "CD001"u8], [(32 * KiB) + 1]),
        ("UDF file system", [.. "NSR02"u8], [(34 * KiB) + 1, (36 * KiB) + 1]),
        ("UDF file system", [.. "NSR03"u8], [(34 * KiB) + 1, (36 * KiB) + 1]),
        ("SquashFS file system", [.. "hsqs"u8], [0]),
        ("EROFS file system", [0xE2, 0xE1, 0xF5, 0xE0], [KiB]),
        ("Cramfs file system", [0x45, 0x3D, 0xCD, 0x28], [0]),
        ("JFS file system", [.. "JFS1"u8], [32 * KiB]),
        ("ReiserFS file system", [.. "ReIsErFs"u8], [(8 * KiB) + 52, (64 * KiB) + 52]),
        ("ReiserFS file system", [.. "ReIsEr2Fs"u8], [(64 * KiB) + 52]),
        ("ReiserFS file system", [.. "ReIsEr3Fs"u8], [(64 * KiB) + 52]),
        ("APFS container", [.. "NXSB"u8], [32]),
        ("OCFS2 file system", [.. "OCFSV2"u8], [KiB, 2 * KiB, 4 * KiB, 8 * KiB]),
        ("GFS2 file system", [0x01, 0x16, 0x19, 0x70], [64 * KiB]),
        ("zonefs file system", [.. "SFOZ"u8], [0]),
        ("bcachefs file system", [0xC6, 0x85, 0x73, 0xF6, 0x66, 0xCE, 0x90, 0xA9, 0xD9, 0x6A, 0x60, 0xCF, 0x80, 0x3D, 0xF7, 0xEF], [(4 * KiB) + 24]),
        ("bcache device", [0xC6, 0x85, 0x73, 0xF6, 0x4E, 0x1A, 0x45, 0xCA, 0x82, 0x65, 0xF5, 0x7F, 0x48, 0xBA, 0x6D, 0x81], [(4 * KiB) + 24]),
        ("Ceph BlueStore device", [.. "bluestore block device"u8], [0]),
        ("SPDK blobstore", [.. "SPDKBLOB"u8], [0]),
        ("VMFS file system", [0x5E, 0xF1, 0xAB, 0x2F], [2048 * KiB]),
        ("VMFS volume", [0x0D, 0xD0, 0x01, 0xC0], [1024 * KiB]),
        ("LUKS encrypted volume", [.. "LUKS"u8, 0xBA, 0xBE], [0]),
        ("LUKS encrypted volume", [.. "SKUL"u8, 0xBA, 0xBE], [16 * KiB, 32 * KiB, 64 * KiB, 128 * KiB, 256 * KiB, 512 * KiB, 1024 * KiB, 2048 * KiB]),
        ("BitLocker encrypted volume", [.. "-FVE-FS-"u8], [3]),
        ("LVM1 physical volume", [.. "HM\x01\0"u8], [0]),
        ("VDO volume", [.. "dmvdo001"u8], [0]),
        ("Stratis pool", [.. "!Stra0tis"u8, 0x86, 0xFF, 0x02, .. "^Arh"u8], [512 + 4, (9 * 512) + 4]),
        ("Oracle ASM disk", [.. "ORCLDISK"u8], [32]),
        ("DDF RAID member", [0xDE, 0x11, 0xDE, 0x11], [0]),
        ("MD RAID member", [0xFC, 0x4E, 0x2B, 0xA9], [0, 4 * KiB]),
        ("Amiga partition table", [.. "RDSK"u8], [.. Enumerable.Range(0, 16).Select(sector => sector * 512)]),
        ("SGI disk label", [0x0B, 0xE5, 0xA9, 0x41], [0]),
        ("BSD disk label", [0x57, 0x45, 0x56, 0x82], [64, 512]),
    ];

    /// <summary>What stands at the fixed places.</summary>
    public static IEnumerable<string> Find(ProbeWindow window) =>
        from signature in s_table
        where signature.Offsets.Any(offset => window.Has(offset, signature.Magic))
        select signature.Name;
}
