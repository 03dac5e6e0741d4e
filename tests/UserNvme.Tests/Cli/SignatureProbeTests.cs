using System.Buffers.Binary;
using System.Text;
using CsCheck;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Safety;

namespace UserNvme.Tests.Cli;

public class SignatureProbeTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;
    private const int DiskBytes = 16 * MiB;

    /// <summary>What must be found, where its bytes stand (negative: from the end), and the bytes.</summary>
    public static TheoryData<string, long, string> Magics => new()
    {
        { "GPT partition table", 512, "EFI PART" },
        { "GPT partition table", -512, "EFI PART" },
        { "XFS file system", 0, "XFSB" },
        { "Btrfs file system", (64 * KiB) + 64, "_BHRfS_M" },
        { "F2FS file system", 1024, "\x10\x20\xF5\xF2" },
        { "NTFS file system", 3, "NTFS    " },
        { "exFAT file system", 3, "EXFAT   " },
        { "FAT file system", 82, "FAT32   " },
        { "FAT file system", 54, "FAT16   " },
        { "ISO 9660 file system", 32769, "CD001" },
        { "SquashFS file system", 0, "hsqs" },
        { "LUKS encrypted volume", 0, "LUKS\xBA\xBE" },
        { "LUKS encrypted volume", 16 * KiB, "SKUL\xBA\xBE" },
        { "bcache device", 4096 + 24, "\xC6\x85\x73\xF6\x4E\x1A\x45\xCA\x82\x65\xF5\x7F\x48\xBA\x6D\x81" },
        { "Ceph BlueStore device", 0, "bluestore block device" },
        { "MD RAID member", 0, "\xFC\x4E\x2B\xA9" },
        { "MD RAID member", 4096, "\xFC\x4E\x2B\xA9" },
        { "MD RAID member", -64 * KiB, "\xFC\x4E\x2B\xA9" },
        { "MD RAID member", -8 * KiB, "\xFC\x4E\x2B\xA9" },
        { "Sun disk label", 508, "\xDA\xBE\xDA\xBE" },
        { "Amiga partition table", 15 * 512, "RDSK" },
        { "swap area", 4096 - 10, "SWAPSPACE2" },
        { "swap area", (64 * KiB) - 10, "SWAPSPACE2" },
        { "swap area", 4096 - 10, "LINHIB0001" },
        { "ZFS pool member", 128 * KiB, "\x0C\xB1\xBA\0\0\0\0\0" },
        { "ZFS pool member", -128 * KiB, "\0\0\0\0\0\xBA\xB1\x0C" },
        { "VMFS volume", MiB, "\x0D\xD0\x01\xC0" },
        { "DDF RAID member", 0, "\xDE\x11\xDE\x11" },
        { "firmware RAID member", -512, "\xDE\x11\xDE\x11" },
        { "firmware RAID member", -1024, "Intel Raid ISM Cfg Sig. " },
    };

    [Theory]
    [MemberData(nameof(Magics))]
    public async Task A_signature_is_found_and_named(string name, long offset, string magic)
    {
        var image = new byte[DiskBytes];
        Put(image, offset, Encoding.Latin1.GetBytes(magic));

        var found = await FindAsync(image);

        Assert.Equal([name], found);
    }

    [Theory]
    [InlineData(4096, 4096)]
    [InlineData(4096, -4096)]
    [InlineData(4096, 512)]
    [InlineData(512, 4096)]
    public async Task A_gpt_is_found_whatever_block_size_it_was_made_for(int blockSize, long offset)
    {
        var image = new byte[DiskBytes];
        Put(image, offset, "EFI PART"u8);

        var found = await FindAsync(image, blockSize);

        Assert.Equal(["GPT partition table"], found);
    }

    [Fact]
    public async Task An_ext_superblock_is_found()
    {
        var image = new byte[DiskBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(1024 + 56), 0xEF53);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(1024 + 24), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(1024 + 76), 1);

        Assert.Equal(["ext2/ext3/ext4 file system"], await FindAsync(image));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task An_lvm2_label_is_found_in_each_of_the_first_four_sectors(int sector)
    {
        var image = new byte[DiskBytes];
        Put(image, sector * 512, "LABELONE"u8);
        Put(image, (sector * 512) + 24, "LVM2 001"u8);

        Assert.Equal(["LVM2 physical volume"], await FindAsync(image));
    }

    [Fact]
    public async Task An_mbr_with_a_partition_and_one_without_are_told_apart()
    {
        var image = new byte[DiskBytes];
        Put(image, 510, [0x55, 0xAA]);
        var without = await FindAsync(image);
        image[446 + 4] = 0x83;
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(446 + 12), 2048);
        var with = await FindAsync(image);

        Assert.Equal(["boot sector"], without);
        Assert.Equal(["MBR partition table"], with);
    }

    [Fact]
    public async Task A_protective_mbr_and_a_boot_sector_are_not_named_beside_what_they_belong_to()
    {
        var image = new byte[DiskBytes];
        Put(image, 510, [0x55, 0xAA]);
        Put(image, 3, "NTFS    "u8);
        var ntfs = await FindAsync(image);
        Put(image, 3, new byte[8]);
        image[446 + 4] = 0xEE;
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(446 + 12), uint.MaxValue);
        Put(image, 512, "EFI PART"u8);
        var gpt = await FindAsync(image);

        Assert.Equal(["NTFS file system"], ntfs);
        Assert.Equal(["GPT partition table"], gpt);
    }

    [Fact]
    public async Task Several_signatures_are_all_named_each_once()
    {
        var image = new byte[DiskBytes];
        Put(image, 512, "EFI PART"u8);
        Put(image, -512, "EFI PART"u8);
        Put(image, 4096 - 10, "SWAPSPACE2"u8);

        Assert.Equal(["GPT partition table", "swap area"], await FindAsync(image));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public async Task A_blank_device_carries_nothing(byte fill)
    {
        var image = new byte[DiskBytes];
        Array.Fill(image, fill);

        Assert.Empty(await FindAsync(image));
    }

    [Fact]
    public Task Any_size_from_one_block_up_is_looked_at_without_fail() =>
        Gen.Select(Gen.Int[1, 6000], Gen.Bool.Select(large => large ? 4096 : 512)).SampleAsync(
            async (blocks, blockSize) => Assert.Empty(await FindAsync(new byte[blocks * blockSize], blockSize)), iter: 50);

    [Fact]
    public async Task A_namespace_with_data_is_refused_unless_its_destruction_is_asked_for()
    {
        var image = new byte[DiskBytes];
        Put(image, 0, "XFSB"u8);
        var device = new MemoryBlockDevice(image);

        await DataGuard.CheckAsync(device, destroyData: true, CancellationToken.None);
        var error = await Assert.ThrowsAsync<ToolException>(() => DataGuard.CheckAsync(device, destroyData: false, CancellationToken.None));

        Assert.Equal(ExitCode.WouldDestroyData, error.Code);
        Assert.Contains("XFS file system", error.Message, StringComparison.Ordinal);
        Assert.Contains("--destroy-data", error.Message, StringComparison.Ordinal);
    }

    private static void Put(byte[] image, long offset, ReadOnlySpan<byte> bytes) =>
        bytes.CopyTo(image.AsSpan((int)(offset < 0 ? image.Length + offset : offset)));

    private static Task<IReadOnlyList<string>> FindAsync(byte[] image, int blockSize = 512) =>
        SignatureProbe.FindAsync(new MemoryBlockDevice(image, blockSize), CancellationToken.None);
}
