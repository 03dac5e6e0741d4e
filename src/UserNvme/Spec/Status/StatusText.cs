using System.Globalization;

namespace UserNvme.Spec;

/// <summary>Status codes in words: the specification's names, and in half a sentence what each one means.</summary>
public static partial class StatusText
{
    /// <summary>
    /// The specification's name, such as "Invalid Field in Command"; for a code that it does not name, the kind of code it is.
    /// </summary>
    public static string Name(StatusCode code)
    {
        string name = Lookup(code).Name;
        if (name.Length != 0)
            return name;
        return ((int)code >> 8) switch
        {
            7 => "Vendor Specific Status",
            0 when IsVendorSpecific(code) => "Vendor Specific Generic Status",
            1 when IsVendorSpecific(code) => "Vendor Specific Command Status",
            2 when IsVendorSpecific(code) => "Vendor Specific Media Status",
            3 when IsVendorSpecific(code) => "Vendor Specific Path Status",
            0 => "Reserved Generic Status",
            1 => "Reserved Command Specific Status",
            2 => "Reserved Media Status",
            3 => "Reserved Path Status",
            _ => "Reserved Status",
        };
    }

    /// <summary>
    /// What the code means, without a capital and a full stop: "a field of the command has a value ..."; empty for codes without a name.
    /// </summary>
    public static string Meaning(StatusCode code) => Lookup(code).Meaning;

    /// <summary>
    /// The status in one line: "Invalid Field in Command (0x002, DNR)", "LBA Out of Range (0x080)"; MORE and CRD where they are set.
    /// </summary>
    public static string Describe(NvmeStatus status)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Name(status.StatusCode)} (0x{status.TypeAndCode:X3}");
        if (status.RetryDelayIndex != 0)
            text += string.Create(CultureInfo.InvariantCulture, $", CRD {status.RetryDelayIndex}");
        if (status.More)
            text += ", MORE";
        if (status.DoNotRetry)
            text += ", DNR";
        return text + ")";
    }

    private static bool IsVendorSpecific(StatusCode code) => ((int)code & 0xFF) >= 0xC0;
}
