namespace UserNvme.Cli.Safety;

/// <summary>Signatures that depend on the device's size or block size, or are too short to be trusted without a look around them.</summary>
internal static class StructuredSignatures
{
    public const string GptName = "GPT partition table";
    public const string MbrName = "MBR partition table";
    public const string BootSectorName = "boot sector";

    private const int KiB = 1024;
    private static readonly byte[] s_mdMagic = [0xFC, 0x4E, 0x2B, 0xA9];
    private static readonly byte[] s_mdMagicBigEndian = [0xA9, 0x2B, 0x4E, 0xFC];

    /// <summary>What the structured checks find.</summary>
    public static IEnumerable<string> Find(ProbeWindow window)
    {
        if (HasGpt(window)) yield return GptName;
        if (BootSector(window) is { } bootSector) yield return bootSector;
        if (HasApplePartitionMap(window)) yield return "Apple partition map";
        if (HasSunLabel(window)) yield return "Sun disk label";
        if (HasExt(window)) yield return "ext2/ext3/ext4 file system";
        if (HasHfsPlus(window)) yield return "HFS+ file system";
        if (HasMinix(window)) yield return "Minix file system";
        if (HasNilfs(window)) yield return "NILFS2 file system";
        if (HasSwap(window)) yield return "swap area";
        if (HasLvm2(window)) yield return "LVM2 physical volume";
        if (HasMdAtTheEnd(window)) yield return "MD RAID member";
        if (HasZfs(window)) yield return "ZFS pool member";
        if (HasDrbd(window)) yield return "DRBD device";
        if (HasFirmwareRaid(window)) yield return "firmware RAID member";
    }

    // LBA 1 and the last block; written with another block size than today's as well.
    private static bool HasGpt(ProbeWindow window)
    {
        var magic = "EFI PART"u8;
        return window.Has(512, magic) || window.Has(4096, magic) || window.Has(window.BlockSize, magic)
            || window.Has(window.Length - 512, magic) || window.Has(window.Length - 4096, magic) || window.Has(window.Length - window.BlockSize, magic);
    }

    private static string? BootSector(ProbeWindow window)
    {
        if (window.UInt16(510) != 0xAA55)
            return null;
        if (HasFatParameters(window))
            return "FAT file system";
        var entries = Enumerable.Range(0, 4).Select(i => 446 + (16 * i)).ToArray();
        if (!entries.All(entry => window.At(entry, 1) is [0 or 0x80]))
            return null;
        return entries.Any(entry => window.At(entry + 4, 1) is not [0] && window.UInt32(entry + 12) != 0) ? MbrName : BootSectorName;
    }

    // The BIOS parameter block, for FAT volumes without the "FAT32   " string.
    private static bool HasFatParameters(ProbeWindow window)
    {
        var sector = window.At(0, 64);
        return !sector.IsEmpty && sector[0] is 0xEB or 0xE9 && window.UInt16(11) is 512 or 1024 or 2048 or 4096
            && int.IsPow2(sector[13]) && sector[16] is 1 or 2 && sector[21] is 0xF0 or >= 0xF8;
    }

    private static bool HasApplePartitionMap(ProbeWindow window) => window.Has(0, "ER"u8) && window.Has(512, "PM\0\0"u8);

    // Two bytes of magic, and a checksum that makes the exclusive or of all words of the sector 0.
    private static bool HasSunLabel(ProbeWindow window)
    {
        var sum = 0;
        for (var word = 0; word < 512; word += 2)
            sum ^= window.UInt16(word);
        return window.Has(508, [0xDA, 0xBE]) && sum == 0;
    }

    // Two bytes of magic; the block size and the revision must make sense too.
    private static bool HasExt(ProbeWindow window) =>
        window.UInt16(KiB + 56) == 0xEF53 && window.UInt32(KiB + 24) <= 6 && window.UInt32(KiB + 76) <= 1;

    private static bool HasHfsPlus(ProbeWindow window) => window.Has(KiB, [.. "H+"u8, 0, 4]) || window.Has(KiB, [.. "HX"u8, 0, 5]);

    // Versions 1 and 2 with their four magics and version 3; the logarithm of the zone size is 0 in all that were ever made.
    private static bool HasMinix(ProbeWindow window) =>
        (window.UInt16(KiB + 16) is 0x137F or 0x138F or 0x2468 or 0x2478 && window.UInt16(KiB + 10) == 0 && window.UInt16(KiB + 18) is >= 1 and <= 3)
        || (window.UInt16(KiB + 24) == 0x4D5A && window.UInt16(KiB + 12) == 0 && window.UInt16(KiB + 28) is 1024 or 2048 or 4096);

    private static bool HasNilfs(ProbeWindow window) => window.UInt32(KiB) == 2 && window.UInt16(KiB + 4) == 0 && window.UInt16(KiB + 6) == 0x3434;

    // The signature ends the first page, of whatever size the machine's pages had; a hibernated system replaces it by its own.
    private static bool HasSwap(ProbeWindow window)
    {
        for (var page = 4 * KiB; page <= 64 * KiB; page *= 2)
        {
            var place = page - 10;
            if (window.Has(place, "SWAPSPACE2"u8) || window.Has(place, "SWAP-SPACE"u8) || window.Has(place, "S1SUSPEND"u8)
                || window.Has(place, "S2SUSPEND"u8) || window.Has(place, "ULSUSPEND"u8) || window.Has(place, "LINHIB0001"u8))
                return true;
        }

        return false;
    }

    private static bool HasLvm2(ProbeWindow window) =>
        Enumerable.Range(0, 4).Any(sector => window.Has(sector * 512, "LABELONE"u8) && window.Has((sector * 512) + 24, "LVM2 "u8));

    // Version 0.90 in the last whole 64 KiB block but one's end, version 1.0 in the last 8 to 12 KiB; 1.1 and 1.2 are at fixed places.
    private static bool HasMdAtTheEnd(ProbeWindow window)
    {
        var version090 = (window.Length & ~(64L * KiB - 1)) - (64 * KiB);
        var version10 = (window.Length - (8 * KiB)) & ~(4L * KiB - 1);
        return window.Has(version090, s_mdMagic) || window.Has(version090, s_mdMagicBigEndian) || window.Has(version10, s_mdMagic);
    }

    // Four labels of 256 KiB, two at each end; the upper half of each is a ring of uberblocks of 1 KiB or more.
    private static bool HasZfs(ProbeWindow window)
    {
        const long LabelBytes = 256 * KiB;
        var end = window.Length & ~(LabelBytes - 1);
        foreach (var label in (long[])[0, LabelBytes, end - (2 * LabelBytes), end - LabelBytes])
        {
            for (var uberblock = label + (LabelBytes / 2); uberblock < label + LabelBytes; uberblock += KiB)
            {
                if (window.UInt64(uberblock) is 0x00BAB10C or 0x0CB1BA0000000000)
                    return true;
            }
        }

        return false;
    }

    // Internal metadata: a 4 KiB superblock that ends the device, its magic (DRBD 8.4 and 9) 60 bytes in.
    private static bool HasDrbd(ProbeWindow window)
    {
        var place = (window.Length & ~(4L * KiB - 1)) - (4 * KiB) + 60;
        return window.Has(place, [0x83, 0x74, 0x02, 0x6B]) || window.Has(place, [0x83, 0x74, 0x02, 0x6C]) || window.Has(place, [0x83, 0x74, 0x02, 0x6D]);
    }

    private static bool HasFirmwareRaid(ProbeWindow window) =>
        window.Has(window.Length - 1024, "Intel Raid ISM Cfg Sig. "u8) || window.Has(window.Length - (2L * window.BlockSize), "Intel Raid ISM Cfg Sig. "u8)
        || window.Has(window.Length - 512, [0xDE, 0x11, 0xDE, 0x11]) || window.Has(window.Length - window.BlockSize, [0xDE, 0x11, 0xDE, 0x11]);
}
