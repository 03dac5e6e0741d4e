using System.Buffers.Binary;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class IoCommandTests
{
    private const ulong Blocks = 2048;
    private const byte Compare = 0x05;
    private static readonly EmulatedControllerOptions s_options = new()
    {
        Namespaces = [new EmulatedNamespaceOptions { Id = 2, Size = (long)Blocks * 512 }],
        Mdts = 1,
        WriteZeroesSizeLimit = 2,
        DatasetManagementRangesLimit = 3,
        DatasetManagementRangeSizeLimit = 100,
        DatasetManagementSizeLimit = 150,
    };

    [Theory]
    [InlineData(NvmOpcode.Read, 0ul, 1, 2u, 0)]
    [InlineData(NvmOpcode.Read, Blocks - 1, 1, 2u, 0)]
    [InlineData(NvmOpcode.Read, Blocks - 1, 2, 2u, 0x080)]
    [InlineData(NvmOpcode.Read, Blocks, 1, 2u, 0x080)]
    [InlineData(NvmOpcode.Write, ulong.MaxValue, 2, 2u, 0x080)]
    [InlineData(NvmOpcode.WriteZeroes, Blocks - 1, 2, 2u, 0x080)]
    [InlineData(NvmOpcode.Read, 0ul, 16, 2u, 0)]
    [InlineData(NvmOpcode.Read, 0ul, 17, 2u, 0x002)]        // more than MDTS
    [InlineData(NvmOpcode.WriteZeroes, 0ul, 32, 2u, 0)]
    [InlineData(NvmOpcode.WriteZeroes, 0ul, 33, 2u, 0x002)] // more than WZSL
    [InlineData(NvmOpcode.Read, 0ul, 1, 1u, 0x002)]         // inactive
    [InlineData(NvmOpcode.Read, 0ul, 1, 0u, 0x00B)]
    [InlineData(NvmOpcode.Read, 0ul, 1, 3u, 0x00B)]
    [InlineData(NvmOpcode.Read, 0ul, 1, 0xFFFF_FFFFu, 0x00B)]
    [InlineData(NvmOpcode.Flush, 0ul, 1, 2u, 0)]
    [InlineData(NvmOpcode.Flush, 0ul, 1, 0xFFFF_FFFFu, 0)]
    [InlineData(NvmOpcode.Flush, 0ul, 1, 1u, 0x002)]
    [InlineData(NvmOpcode.Flush, 0ul, 1, 7u, 0x00B)]
    [InlineData((NvmOpcode)0x7E, 0ul, 1, 2u, 0x001)]
    [InlineData((NvmOpcode)0x7E, 0ul, 1, 1u, 0x001)]
    public void A_command_ends_with_the_status_that_its_range_and_namespace_deserve(NvmOpcode opcode, ulong lba, int blocks, uint namespaceId, int status)
    {
        using var driver = new RawDriver(s_options);
        var pair = driver.Enable().CreateIoPair();
        var buffer = driver.Memory.Allocate(8192);

        var completion = pair.Run(RawDriver.Io(opcode, lba, blocks, buffer, namespaceId));

        Assert.Equal(status, completion.Status.TypeAndCode);
        driver.AssertNoFaults();
    }

    [Theory]
    [InlineData(BackingKind.Memory)]
    [InlineData(BackingKind.File)]
    public void Zeroed_and_deallocated_blocks_read_as_zeroes_and_their_neighbours_stay(BackingKind backing)
    {
        var file = backing == BackingKind.File ? Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()) : null;
        try
        {
            using var driver = new RawDriver(new EmulatedControllerOptions { Namespaces = [new EmulatedNamespaceOptions { Size = 1 << 20, Backing = backing, File = file }] });
            var pair = driver.Enable().CreateIoPair();
            var buffer = driver.Memory.Allocate(65_536);
            buffer.Span.Fill(0x5A);
            Transfer(driver, pair, NvmOpcode.Write, buffer);

            RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.WriteZeroes, 3, 40)));
            var ranges = driver.Memory.Allocate(4096);
            WriteRange(ranges.Span, 0, 50, 1);
            WriteRange(ranges.Span, 1, 60, 30);
            RawDriver.AssertSuccess(pair.Run(new SubmissionEntry { Opcode = (byte)NvmOpcode.DatasetManagement, NamespaceId = 1, Prp1 = ranges.Iova, Cdw10 = 1, Cdw11 = 4 }));
            Transfer(driver, pair, NvmOpcode.Read, buffer);

            for (var block = 0; block < 128; block++)
            {
                var isZero = block is >= 3 and < 43 or 50 or >= 60 and < 90;
                Assert.False(buffer.Span.Slice(block * 512, 512).ContainsAnyExcept(isZero ? (byte)0 : (byte)0x5A), $"Block {block}");
            }
        }
        finally
        {
            if (file is not null) File.Delete(file);
        }
    }

    [Theory]
    [InlineData(0u, 1u, 100u, 0u, 4u, 0)]
    [InlineData(0u, 1u, 101u, 0u, 4u, 0x183)]
    [InlineData(1u, 1u, 100u, 51u, 4u, 0x183)]
    [InlineData(3u, 1u, 1u, 1u, 4u, 0x183)]
    [InlineData(0u, 2047u, 2u, 0u, 4u, 0x080)]
    [InlineData(0u, 2048u, 0u, 0u, 4u, 0)]
    [InlineData(0u, 1u, 100u, 0u, 0u, 0)]
    public void Dataset_management_holds_to_its_limits(uint lastRange, uint lba, uint blocks, uint secondBlocks, uint attributes, int status)
    {
        using var driver = new RawDriver(s_options);
        var pair = driver.Enable().CreateIoPair();
        var ranges = driver.Memory.Allocate(4096);
        WriteRange(ranges.Span, 0, lba, blocks);
        WriteRange(ranges.Span, 1, 500, secondBlocks);

        var completion = pair.Run(new SubmissionEntry { Opcode = (byte)NvmOpcode.DatasetManagement, NamespaceId = 2, Prp1 = ranges.Iova, Cdw10 = lastRange, Cdw11 = attributes });

        Assert.Equal(status, completion.Status.TypeAndCode);
    }

    [Fact]
    public void Compare_succeeds_on_equal_data_only()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        var buffer = driver.Memory.Allocate(1024);
        new Random(3).NextBytes(buffer.Span);
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Write, 9, 2, buffer)));

        var equal = pair.Run(RawDriver.Io((NvmOpcode)Compare, 9, 2, buffer));
        buffer.Span[1023] ^= 1;
        var different = pair.Run(RawDriver.Io((NvmOpcode)Compare, 9, 2, buffer));

        RawDriver.AssertSuccess(equal);
        Assert.Equal(0x285, different.Status.TypeAndCode);
    }

    [Fact]
    public void A_null_namespace_leaves_the_buffer_as_it_is_and_still_checks_its_address()
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { Namespaces = [new EmulatedNamespaceOptions { Backing = BackingKind.Null }] });
        var pair = driver.Enable().CreateIoPair();
        var buffer = driver.Memory.Allocate(512);
        buffer.Span.Fill(7);

        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 1, buffer)));
        var outside = pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 1) with { Prp1 = 0x7000_0000 });

        Assert.False(buffer.Span.ContainsAnyExcept((byte)7));
        Assert.Equal(0x004, outside.Status.TypeAndCode);
    }

    private static void Transfer(RawDriver driver, RawQueuePair pair, NvmOpcode opcode, RawBuffer buffer)
    {
        for (var offset = 0; offset < buffer.Length; offset += 8192)
            RawDriver.AssertSuccess(pair.Run(RawDriver.Io(opcode, (ulong)offset / 512, 16, buffer.Slice(offset, 8192))));
        driver.AssertNoFaults();
    }

    private static void WriteRange(Span<byte> ranges, int index, ulong lba, uint blocks)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(ranges[(index * 16 + 4)..], blocks);
        BinaryPrimitives.WriteUInt64LittleEndian(ranges[(index * 16 + 8)..], lba);
    }
}
