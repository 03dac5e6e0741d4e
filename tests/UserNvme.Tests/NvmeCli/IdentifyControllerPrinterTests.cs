using UserNvme.Cli.NvmeCli;
using UserNvme.Spec;
using UserNvme.Tests.Golden;

namespace UserNvme.Tests.NvmeCli;

public class IdentifyControllerPrinterTests
{
    public static TheoryData<string> Captures =>
        ["qemu-one/id-ctrl", "qemu-several/id-ctrl", "every-field/id-ctrl", "every-field/id-ctrl-without-nqn"];

    [Theory]
    [MemberData(nameof(Captures))]
    public void The_whole_json_document_is_nvme_clis(string capture)
    {
        string theirs = JsonText.Normal(GoldenFile.Json(capture + ".json"));

        string ours = JsonText.Normal(json => IdentifyControllerPrinter.WriteJson(json, GoldenFile.Bytes(capture + ".bin")));

        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void The_whole_text_is_nvme_clis(string capture)
    {
        using var text = new StringWriter();

        IdentifyControllerPrinter.WriteText(text, GoldenFile.Bytes(capture + ".bin"));

        Assert.Equal(GoldenFile.Text(capture + ".txt"), text.ToString());
    }

    [Fact]
    public void A_device_cannot_send_escape_sequences_to_the_terminal()
    {
        byte[] identity = GoldenFile.Bytes("qemu-one/id-ctrl.bin");
        "\u001b[2J\u0007"u8.CopyTo(identity.AsSpan(24));
        using var text = new StringWriter();

        IdentifyControllerPrinter.WriteText(text, identity);

        Assert.DoesNotContain(text.ToString(), c => char.IsControl(c) && c != '\n');
        Assert.Contains("mn        : ?[2J?", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_of_power_states_beyond_the_structure_is_cut()
    {
        byte[] identity = GoldenFile.Bytes("every-field/id-ctrl.bin");
        identity[263] = 255;

        IdentifyController controller = IdentifyController.Parse(identity);
        using var text = new StringWriter();
        IdentifyControllerPrinter.WriteText(text, identity);

        Assert.Equal(32, controller.PowerStateCount);
        Assert.Equal(32, text.ToString().Split("active_power_workload:").Length - 1);
    }
}
