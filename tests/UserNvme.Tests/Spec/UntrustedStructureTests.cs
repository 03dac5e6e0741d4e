using System.Buffers.Binary;
using System.Numerics;
using CsCheck;
using UserNvme.Spec;

namespace UserNvme.Tests.Spec;

/// <summary>The device is not trusted: whatever bytes come, reading them ends, and no lie becomes a size or an index.</summary>
public class UntrustedStructureTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    public void A_block_size_that_cannot_be_is_no_block_size(byte lbads)
    {
        bool legal = new LbaFormat { Lbads = lbads }.TryGetBlockSize(out int bytes);

        Assert.False(legal);
        Assert.Equal(0, bytes);
    }

    [Fact]
    public void Any_namespace_has_a_legal_format_or_none() => Gen.Byte.Array[4096].Sample(data =>
    {
        IdentifyNamespace ns = IdentifyNamespace.Parse(data);

        bool found = ns.TryGetFormat(out LbaFormat format, out int blockSize);

        Assert.InRange(ns.FormatCount, 1, 64);
        Assert.InRange(ns.FormatIndex, 0, 63);
        Assert.Equal(found, blockSize != 0);
        if (found)
            Assert.Equal(Math.Pow(2, format.Lbads), blockSize);
    });

    [Fact]
    public void A_format_that_the_namespace_does_not_have_is_not_found()
    {
        var ns = new IdentifyNamespace { Nlbaf = 1, Flbas = 2 };
        ns.Lbaf[2].Lbads = 9;

        Assert.False(ns.TryGetFormat(out _, out _));
    }

    [Fact]
    public void The_upper_bits_of_the_format_count_only_beyond_16_formats()
    {
        var few = new IdentifyNamespace { Nlbaf = 15, Flbas = 0x21 };
        var many = new IdentifyNamespace { Nlbaf = 16, Flbas = 0x21 };

        Assert.Equal(1, few.FormatIndex);
        Assert.Equal(17, many.FormatIndex);
    }

    [Fact]
    public void A_transfer_limit_is_a_multiple_of_the_smallest_page_and_never_overflows() =>
        Gen.Select(Gen.Byte, Gen.Byte[0, 15]).Sample((mdts, mpsmin) =>
        {
            var controller = new IdentifyController { Mdts = mdts };

            long? limit = controller.MaxTransferLength(new ControllerCapabilities((ulong)mpsmin << 48));

            BigInteger exact = 4096 * BigInteger.Pow(2, mpsmin) * BigInteger.Pow(2, mdts);
            long? expected = mdts == 0 || exact > long.MaxValue ? null : (long)exact;
            Assert.Equal(expected, limit);
        });

    [Fact]
    public void A_namespace_list_that_goes_back_or_in_circles_is_refused()
    {
        Assert.False(NamespaceList.TryParse(List(1, 3, 3), default, out NamespaceId[] circle));
        Assert.False(NamespaceList.TryParse(List(5, 4), default, out _));
        Assert.False(NamespaceList.TryParse(List(1, uint.MaxValue), default, out _));
        Assert.False(NamespaceList.TryParse(List(7), after: new NamespaceId(7), out _));
        Assert.Empty(circle);
    }

    [Fact]
    public void A_full_namespace_list_has_1024_identifiers()
    {
        byte[] list = List([.. Enumerable.Range(1, 1024).Select(i => (uint)i)]);

        Assert.True(NamespaceList.TryParse([.. list, 1, 2, 3, 4], default, out NamespaceId[] namespaces));
        Assert.Equal(1024, namespaces.Length);
    }

    [Fact]
    public void A_controller_list_that_counts_beyond_its_end_is_refused()
    {
        byte[] list = new byte[ControllerList.Size];
        BinaryPrimitives.WriteUInt16LittleEndian(list, 2048);

        Assert.False(ControllerList.TryParse(list, out _));
    }

    [Fact]
    public void Controllers_are_listed_in_order()
    {
        byte[] list = new byte[ControllerList.Size];
        byte[] start = [2, 0, 5, 0, 9, 0];
        start.CopyTo(list, 0);

        Assert.True(ControllerList.TryParse(list, out ushort[] controllers));
        Assert.Equal([5, 9], controllers);
    }

    [Theory]
    [InlineData(new byte[] { 1, 8, 0, 0, 1, 2, 3 })]
    [InlineData(new byte[] { 3, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(new byte[] { 9, 255, 0, 0, 1 })]
    public void A_namespace_descriptor_of_a_wrong_length_is_refused(byte[] list) =>
        Assert.False(NamespaceDescriptors.TryParse(list, out _));

    [Fact]
    public void A_namespace_descriptor_of_an_unknown_type_is_skipped()
    {
        Assert.True(NamespaceDescriptors.TryParse([9, 1, 0, 0, 42, 4, 1, 0, 0, 2, 0, 0, 0, 0], out NamespaceDescriptors? descriptors));
        Assert.Equal(CommandSetIdentifier.Zoned, descriptors!.CommandSet);
    }

    [Fact]
    public void Reading_any_bytes_as_descriptors_ends() =>
        Gen.Byte.Array[0, 4096].Sample(data => NamespaceDescriptors.TryParse(data, out NamespaceDescriptors? found) == found is not null);

    [Fact]
    public void Text_from_a_device_is_printable() => Gen.Byte.Array[0, 300].Sample(data =>
    {
        Assert.DoesNotContain(SpecText.Ascii(data), c => c is < ' ' or > '~');
        Assert.DoesNotContain(SpecText.Utf8(data), char.IsControl);
    });

    [Fact]
    public void A_structure_that_came_too_short_is_an_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => IdentifyController.Parse(new byte[4095]));

    private static byte[] List(params uint[] ids)
    {
        byte[] list = new byte[NamespaceList.Size];
        for (int i = 0; i < ids.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(4 * i), ids[i]);
        return list;
    }
}
