using System.Text.Json;
using UserNvme.Spec;
using static UserNvme.Cli.NvmeCli.NvmeCliField;

namespace UserNvme.Cli.NvmeCli;

/// <summary>Shows an Identify Controller structure as <c>nvme id-ctrl</c> of nvme-cli 2.3 does, field by field.</summary>
internal static class IdentifyControllerPrinter
{
    private const int NameWidth = 10;

    /// <summary>Writes the structure as one JSON object.</summary>
    /// <param name="json">Where to; the caller flushes.</param>
    /// <param name="identity">The 4,096 bytes from the controller.</param>
    public static void WriteJson(Utf8JsonWriter json, ReadOnlySpan<byte> identity)
    {
        IdentifyController controller = IdentifyController.Parse(identity);
        json.WriteStartObject();
        foreach (NvmeCliField field in Fields(controller))
        {
            // An absent NQN is left out of the JSON, but not out of the text.
            if (field.Name != "subnqn" || field.Text.Length != 0)
                field.WriteJson(json);
        }

        json.WriteStartArray("psds");
        for (int i = 0; i < controller.PowerStateCount; i++)
            PowerStatePrinter.WriteJson(json, controller.Psd[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the structure as lines of "field : value".</summary>
    /// <param name="text">Where to.</param>
    /// <param name="identity">The 4,096 bytes from the controller.</param>
    public static void WriteText(TextWriter text, ReadOnlySpan<byte> identity)
    {
        IdentifyController controller = IdentifyController.Parse(identity);
        text.Write("NVME Identify Controller:\n");
        foreach (NvmeCliField field in Fields(controller))
            field.WriteText(text, NameWidth);
        for (int i = 0; i < controller.PowerStateCount; i++)
            PowerStatePrinter.WriteText(text, i, controller.Psd[i]);
    }

    private static NvmeCliField[] Fields(in IdentifyController c) =>
    [
        .. IdentityFields(c),
        .. AdminFields(c),
        .. NvmFields(c),
    ];

    private static NvmeCliField[] IdentityFields(in IdentifyController c) =>
    [
        Hex("vid", c.Vid),
        Hex("ssvid", c.Ssvid),
        Characters("sn", c.Sn),
        Characters("mn", c.Mn),
        Characters("fr", c.Fr),
        Signed("rab", c.Rab),
        Other("ieee", c.IeeeOui.ToString("x6", null), c.IeeeOui),
        Hex("cmic", c.Cmic),
        Signed("mdts", c.Mdts),
        Hex("cntlid", c.Cntlid),
        Hex("ver", c.Ver),
        Hex("rtd3r", c.Rtd3r),
        Hex("rtd3e", c.Rtd3e),
        Hex("oaes", c.Oaes),
        Hex("ctratt", c.Ctratt),
        Hex("rrls", c.Rrls),
        Signed("cntrltype", c.Cntrltype),
        String("fguid", new Guid(c.Fguid, bigEndian: true).ToString()),
        Unsigned("crdt1", c.Crdt1),
        Unsigned("crdt2", c.Crdt2),
        Unsigned("crdt3", c.Crdt3),
        Unsigned("nvmsr", c.Nvmsr),
        Unsigned("vwci", c.Vwci),
        Unsigned("mec", c.Mec),
    ];

    private static NvmeCliField[] AdminFields(in IdentifyController c) =>
    [
        Hex("oacs", c.Oacs),
        Signed("acl", c.Acl),
        Signed("aerl", c.Aerl),
        Hex("frmw", c.Frmw),
        Hex("lpa", c.Lpa),
        Signed("elpe", c.Elpe),
        Signed("npss", c.Npss),
        Hex("avscc", c.Avscc),
        Hex("apsta", c.Apsta),
        Signed("wctemp", c.Wctemp),
        Signed("cctemp", c.Cctemp),
        Signed("mtfa", c.Mtfa),
        Signed("hmpre", c.Hmpre),
        Signed("hmmin", c.Hmmin),
        Number128("tnvmcap", c.Tnvmcap),
        Number128("unvmcap", c.Unvmcap),
        Hex("rpmbs", c.Rpmbs),
        Signed("edstt", c.Edstt),
        Signed("dsto", c.Dsto),
        Signed("fwug", c.Fwug),
        Signed("kas", c.Kas),
        Hex("hctma", c.Hctma),
        Signed("mntmt", c.Mntmt),
        Signed("mxtmt", c.Mxtmt),
        Hex("sanicap", c.Sanicap),
        Unsigned("hmminds", c.Hmminds),
        Signed("hmmaxd", c.Hmmaxd),
        Signed("nsetidmax", c.Nsetidmax),
        Signed("endgidmax", c.Endgidmax),
        Signed("anatt", c.Anatt),
        Signed("anacap", c.Anacap),
        Unsigned("anagrpmax", c.Anagrpmax),
        Unsigned("nanagrpid", c.Nanagrpid),
        Unsigned("pels", c.Pels),
        Signed("domainid", c.Domainid),
        Number128("megcap", c.Megcap),
    ];

    private static NvmeCliField[] NvmFields(in IdentifyController c) =>
    [
        Hex("sqes", c.Sqes),
        Hex("cqes", c.Cqes),
        Signed("maxcmd", c.Maxcmd),
        Signed("nn", c.Nn),
        Hex("oncs", c.Oncs),
        Hex("fuses", c.Fuses),
        Hex("fna", c.Fna),
        Hex("vwc", c.Vwc),
        Signed("awun", c.Awun),
        Signed("awupf", c.Awupf),
        Signed("icsvscc", c.Icsvscc),
        Signed("nwpc", c.Nwpc),
        Signed("acwu", c.Acwu),
        Hex("ocfs", c.Ocfs),
        Hex("sgls", c.Sgls),
        Unsigned("mnan", c.Mnan),
        Number128("maxdna", c.Maxdna),
        Unsigned("maxcna", c.Maxcna),
        Characters("subnqn", c.Subnqn),
        Unsigned("ioccsz", c.Ioccsz),
        Unsigned("iorcsz", c.Iorcsz),
        Signed("icdoff", c.Icdoff),
        Hex("fcatt", c.Fcatt),
        Signed("msdbd", c.Msdbd),
        Signed("ofcs", c.Ofcs),
    ];
}
