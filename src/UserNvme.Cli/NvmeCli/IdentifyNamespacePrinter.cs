using System.Globalization;
using System.Text.Json;
using UserNvme.Spec;
using static UserNvme.Cli.NvmeCli.NvmeCliField;

namespace UserNvme.Cli.NvmeCli;

/// <summary>
/// Shows an Identify Namespace structure as <c>nvme id-ns</c> of nvme-cli 2.3 does, field by field. Its JSON and its text differ in the
/// order of some fields and in how many LBA formats they list, and so they do here.
/// </summary>
internal static class IdentifyNamespacePrinter
{
    private const int NameWidth = 8;

    /// <summary>Writes the structure as one JSON object.</summary>
    /// <param name="json">Where to; the caller flushes.</param>
    /// <param name="identity">The 4,096 bytes from the controller.</param>
    public static void WriteJson(Utf8JsonWriter json, ReadOnlySpan<byte> identity)
    {
        IdentifyNamespace ns = IdentifyNamespace.Parse(identity);
        json.WriteStartObject();
        WriteAll(
        [
            .. SizeFields(ns),
            Signed("nsattr", ns.Nsattr),
            Signed("nvmsetid", ns.Nvmsetid),
            .. TransferFields(ns),
            Unsigned("anagrpid", ns.Anagrpid),
            Signed("endgid", ns.Endgid),
            Bytes("eui64", ns.Eui64),
            Bytes("nguid", ns.Nguid),
        ]);
        json.WriteStartArray("lbafs");
        for (int i = 0; i < Math.Min(ns.Nlbaf + 1, LbaFormats.Length); i++)
        {
            json.WriteStartObject();
            json.WriteNumber("ms", ns.Lbaf[i].Ms);
            json.WriteNumber("ds", ns.Lbaf[i].Lbads);
            json.WriteNumber("rp", ns.Lbaf[i].Rp);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void WriteAll(ReadOnlySpan<NvmeCliField> fields)
        {
            foreach (NvmeCliField field in fields)
                field.WriteJson(json);
        }
    }

    /// <summary>Writes the structure as lines of "field : value".</summary>
    /// <param name="text">Where to.</param>
    /// <param name="namespaceId">The namespace, for the headline.</param>
    /// <param name="identity">The 4,096 bytes from the controller.</param>
    public static void WriteText(TextWriter text, NamespaceId namespaceId, ReadOnlySpan<byte> identity)
    {
        IdentifyNamespace ns = IdentifyNamespace.Parse(identity);
        text.Write(string.Create(CultureInfo.InvariantCulture, $"NVME Identify Namespace {namespaceId.Value}:\n"));
        WriteAll([.. SizeFields(ns), .. TransferFields(ns), Unsigned("anagrpid", ns.Anagrpid)]);

        // nvme-cli has a tab here where all other names are padded with spaces.
        text.Write(string.Create(CultureInfo.InvariantCulture, $"nsattr\t: {ns.Nsattr}\n"));
        WriteAll([Signed("nvmsetid", ns.Nvmsetid), Signed("endgid", ns.Endgid), Bytes("nguid", ns.Nguid), Bytes("eui64", ns.Eui64)]);

        int inUse = (ns.Flbas & 0xF) | ((ns.Flbas & 0x60) >> 1);
        for (int i = 0; i < ns.FormatCount; i++)
        {
            LbaFormat format = ns.Lbaf[i];
            string performance = format.Rp == 0 ? "0" : "0x" + format.Rp.ToString("x", CultureInfo.InvariantCulture);
            string mark = i == inUse ? "(in use)" : "";
            text.Write(string.Create(
                CultureInfo.InvariantCulture, $"lbaf {i,2} : ms:{format.Ms,-3} lbads:{format.Lbads,-2} rp:{performance} {mark}\n"));
        }

        void WriteAll(ReadOnlySpan<NvmeCliField> fields)
        {
            foreach (NvmeCliField field in fields)
                field.WriteText(text, NameWidth);
        }
    }

    private static NvmeCliField[] SizeFields(in IdentifyNamespace ns) =>
    [
        Hex64("nsze", ns.Nsze),
        Hex64("ncap", ns.Ncap),
        Hex64("nuse", ns.Nuse),
        Hex("nsfeat", ns.Nsfeat),
        Signed("nlbaf", ns.Nlbaf),
        Hex("flbas", ns.Flbas),
        Hex("mc", ns.Mc),
        Hex("dpc", ns.Dpc),
        Hex("dps", ns.Dps),
        Hex("nmic", ns.Nmic),
        Hex("rescap", ns.Rescap),
        Hex("fpi", ns.Fpi),
        Signed("dlfeat", ns.Dlfeat),
        Signed("nawun", ns.Nawun),
        Signed("nawupf", ns.Nawupf),
        Signed("nacwu", ns.Nacwu),
        Signed("nabsn", ns.Nabsn),
        Signed("nabo", ns.Nabo),
        Signed("nabspf", ns.Nabspf),
        Signed("noiob", ns.Noiob),
        Number128("nvmcap", ns.Nvmcap),
    ];

    private static NvmeCliField[] TransferFields(in IdentifyNamespace ns)
    {
        NvmeCliField[] always =
        [
            Unsigned("mssrl", ns.Mssrl),
            Unsigned("mcl", ns.Mcl),
            Unsigned("msrc", ns.Msrc),
            Unsigned("nulbaf", ns.Nulbaf),
        ];
        if (!ns.HasPreferredGranularities)
            return always;
        return
        [
            Unsigned("npwg", ns.Npwg),
            Unsigned("npwa", ns.Npwa),
            Unsigned("npdg", ns.Npdg),
            Unsigned("npda", ns.Npda),
            Unsigned("nows", ns.Nows),
            .. always,
        ];
    }
}
