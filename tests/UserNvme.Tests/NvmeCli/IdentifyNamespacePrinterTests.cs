using UserNvme.Cli.NvmeCli;
using UserNvme.Spec;
using UserNvme.Tests.Golden;

namespace UserNvme.Tests.NvmeCli;

public class IdentifyNamespacePrinterTests
{
    public static TheoryData<string, uint> Captures => new()
    {
        { "qemu-one", 1 },
        { "qemu-several", 1 },
        { "qemu-several", 3 },
        { "qemu-several", 7 },
        { "every-field", 9 },
        { "every-field", 10 },
    };

    [Theory]
    [MemberData(nameof(Captures))]
    public void The_whole_json_document_is_nvme_clis(string capture, uint id)
    {
        string theirs = JsonText.Normal(GoldenFile.Json($"{capture}/id-ns-{id}.json"));

        string ours = JsonText.Normal(json => IdentifyNamespacePrinter.WriteJson(json, GoldenFile.Bytes($"{capture}/id-ns-{id}.bin")));

        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void The_whole_text_is_nvme_clis(string capture, uint id)
    {
        using var text = new StringWriter();

        IdentifyNamespacePrinter.WriteText(text, new NamespaceId(id), GoldenFile.Bytes($"{capture}/id-ns-{id}.bin"));

        Assert.Equal(GoldenFile.Text($"{capture}/id-ns-{id}.txt"), text.ToString());
    }

    [Fact]
    public void A_count_of_formats_beyond_the_structure_is_cut()
    {
        byte[] identity = GoldenFile.Bytes("every-field/id-ns-9.bin");
        identity[25] = 255;
        identity[82] = 255;

        string json = JsonText.Normal(writer => IdentifyNamespacePrinter.WriteJson(writer, identity));
        using var text = new StringWriter();
        IdentifyNamespacePrinter.WriteText(text, new NamespaceId(9), identity);

        Assert.Equal(64, json.Split("\"ds\"").Length - 1);
        Assert.Equal(64, text.ToString().Split(" lbads:").Length - 1);
    }
}
