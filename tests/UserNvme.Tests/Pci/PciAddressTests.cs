using CsCheck;
using UserNvme.Pci;

namespace UserNvme.Tests.Pci;

public class PciAddressTests
{
    private static readonly Gen<PciAddress> s_addresses =
        Gen.Select(Gen.UInt, Gen.Byte, Gen.Byte[0, 31], Gen.Byte[0, 7], (domain, bus, device, function) => new PciAddress(domain, bus, device, function));

    [Theory]
    [InlineData("0000:01:00.0", "0000:01:00.0")]
    [InlineData("01:00.0", "0000:01:00.0")]
    [InlineData("10000:E1:1F.7", "10000:e1:1f.7")]
    [InlineData("ffff:ff:1f.7", "ffff:ff:1f.7")]
    public void Full_and_short_forms_are_read_and_written_as_sysfs_spells_them(string text, string expected) =>
        Assert.Equal(expected, PciAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("nvme0")]
    [InlineData("0000:01:00")]
    [InlineData("0000:01:20.0")]
    [InlineData("0000:01:00.8")]
    [InlineData("0000:100:00.0")]
    [InlineData(":01:00.0")]
    [InlineData("0000:01:00.0 ")]
    [InlineData("-1:00.0")]
    [InlineData("0000:0000:01:00.0")]
    [InlineData("0000:01:00.")]
    [InlineData("../0000:01:00.0")]
    public void Anything_else_is_refused_with_a_sentence_that_quotes_it(string text)
    {
        var error = Assert.Throws<NvmeSetupException>(() => PciAddress.Parse(text));

        Assert.Equal(SetupProblem.BadAddress, error.Problem);
        Assert.Contains($"'{text}'", error.Message);
    }

    [Fact]
    public void Every_address_survives_being_written_and_read() =>
        s_addresses.Sample(address => PciAddress.Parse(address.ToString()) == address);

    [Fact]
    public void Addresses_are_ordered_by_domain_bus_device_function() =>
        Gen.Select(s_addresses, s_addresses).Sample((a, b) =>
            Math.Sign(a.CompareTo(b)) == Math.Sign((a.Domain, a.Bus, a.Device, a.Function).CompareTo((b.Domain, b.Bus, b.Device, b.Function))));
}
