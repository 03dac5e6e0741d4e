using UserNvme.Spec;

namespace UserNvme.Tests.Spec;

public class StatusTests
{
    [Theory]
    [InlineData(0x0000, "Successful Completion (0x000)")]
    [InlineData(0x4002, "Invalid Field in Command (0x002, DNR)")]
    [InlineData(0x0281, "Unrecovered Read Error (0x281)")]
    [InlineData(0x6080, "LBA Out of Range (0x080, MORE, DNR)")]
    [InlineData(0x0821, "Command Interrupted (0x021, CRD 1)")]
    [InlineData(0x07C1, "Vendor Specific Status (0x7C1)")]
    [InlineData(0x01C5, "Vendor Specific Command Status (0x1C5)")]
    [InlineData(0x007F, "Reserved Generic Status (0x07F)")]
    [InlineData(0x0400, "Reserved Status (0x400)")]
    public void A_status_reads_as_name_code_and_flags(int value, string text) =>
        Assert.Equal(text, new NvmeStatus((ushort)value).ToString());

    [Fact]
    public void Every_code_has_a_name_and_a_meaning() => Assert.All(Enum.GetValues<StatusCode>(), code =>
    {
        Assert.NotEmpty(StatusText.Name(code));
        Assert.NotEmpty(StatusText.Meaning(code));
        Assert.DoesNotContain("Reserved", StatusText.Name(code), StringComparison.Ordinal);
    });

    [Fact]
    public void Names_differ() =>
        Assert.Distinct(Enum.GetValues<StatusCode>().Select(StatusText.Name));

    [Fact]
    public void A_status_is_made_of_a_code_and_flags()
    {
        NvmeStatus status = NvmeStatus.Create(StatusCode.InvalidQueueSize, doNotRetry: true);

        Assert.Equal(0x4102, status.Value);
        Assert.Equal((1, 2), (status.CodeType, status.Code));
        Assert.Equal(StatusCode.InvalidQueueSize, status.StatusCode);
        Assert.True(status.DoNotRetry);
        Assert.False(status.IsSuccess);
    }

    [Fact]
    public void A_completion_gives_its_status_without_the_phase_tag()
    {
        var completion = new CompletionEntry { StatusAndPhase = (0x4002 << 1) | 1 };

        Assert.Equal(NvmeStatus.Create(StatusCode.InvalidField, doNotRetry: true), completion.Status);
    }
}
