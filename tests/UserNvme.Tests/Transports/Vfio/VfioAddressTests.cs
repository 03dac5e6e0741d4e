using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Transports.Vfio;

public sealed class VfioAddressTests
{
    private const string Token = "14d63f20-8445-11ea-8900-1f9ce7d5650d";

    [Fact]
    public void A_plain_address_is_the_name_that_the_group_knows()
    {
        var address = VfioAddress.Parse("01:00.0");

        Assert.Equal("0000:01:00.0", address.DeviceName);
    }

    [Fact]
    public void A_vf_token_goes_into_the_name_as_the_kernel_wants_it()
    {
        var address = VfioAddress.Parse($"0000:01:00.0?vf-token={Token.ToUpperInvariant()}");

        Assert.Equal($"0000:01:00.0 vf_token={Token}", address.DeviceName);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nvme0")]
    [InlineData("0000:01:00.0?")]
    [InlineData("0000:01:00.0?speed=fast")]
    [InlineData("0000:01:00.0?vf-token")]
    [InlineData("0000:01:00.0?vf-token=secret")]
    [InlineData($"0000:01:00.0?vf-token={Token}&vf-token={Token}")]
    public void Anything_else_is_refused_with_a_sentence(string text)
    {
        var error = Assert.Throws<NvmeSetupException>(() => VfioAddress.Parse(text));

        Assert.Equal(SetupProblem.BadAddress, error.Problem);
        Assert.Contains($"'{text}'".Split('?')[0], error.Message);
    }
}
