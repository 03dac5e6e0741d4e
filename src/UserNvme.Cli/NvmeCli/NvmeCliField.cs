using System.Globalization;
using System.Text.Json;
using UserNvme.Spec;

namespace UserNvme.Cli.NvmeCli;

/// <summary>
/// One field as nvme-cli 2.3 shows it: its name, its text, and its value in JSON. nvme-cli puts every field of up to 32 bits through a C
/// int, so a 32-bit field above 0x7FFFFFFF is a negative number in its JSON (and in its text where it prints %d): scripts that read
/// nvme-cli's output know it so, and so it is here.
/// </summary>
internal readonly record struct NvmeCliField
{
    private readonly decimal? _number;
    private readonly string _string;

    private NvmeCliField(string name, string text, decimal? number, string jsonString)
    {
        Name = name;
        Text = text;
        _number = number;
        _string = jsonString;
    }

    public string Name { get; }

    public string Text { get; }

    /// <summary>Text "0x1f", JSON a number: printf's %#x, which prints 0 without 0x.</summary>
    public static NvmeCliField Hex(string name, uint value) => new(name, HexText(value), (int)value, "");

    /// <summary>Text "0x1f", JSON a number, for fields of 64 bits.</summary>
    public static NvmeCliField Hex64(string name, ulong value) => new(name, HexText(value), value, "");

    /// <summary>Text and JSON a signed number: %d.</summary>
    public static NvmeCliField Signed(string name, uint value) => new(name, Format((int)value), (int)value, "");

    /// <summary>Text an unsigned number, %u; JSON a signed one.</summary>
    public static NvmeCliField Unsigned(string name, uint value) => new(name, Format(value), (int)value, "");

    /// <summary>Text a number, JSON a string of it: what does not fit 64 bits.</summary>
    public static NvmeCliField Number128(string name, NvmeUInt128 value) => new(name, value.ToString(), null, value.ToString());

    /// <summary>The same text in both; in JSON a string.</summary>
    public static NvmeCliField String(string name, string value) => new(name, value, null, value);

    /// <summary>Text and JSON differ.</summary>
    public static NvmeCliField Other(string name, string text, int number) => new(name, text, number, "");

    /// <summary>Bytes in hexadecimal, without separators.</summary>
    public static NvmeCliField Bytes(string name, ReadOnlySpan<byte> value) => String(name, Convert.ToHexStringLower(value));

    /// <summary>
    /// Characters up to the first null, with the padding. What is not printable ASCII becomes '?', as a device shall not talk to a
    /// terminal.
    /// </summary>
    public static NvmeCliField Characters(string name, ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)0);
        if (end >= 0)
            value = value[..end];
        return String(name, string.Create(value.Length, value, static (chars, bytes) =>
        {
            for (int i = 0; i < chars.Length; i++)
                chars[i] = bytes[i] is >= 0x20 and <= 0x7E ? (char)bytes[i] : '?';
        }));
    }

    public void WriteJson(Utf8JsonWriter json)
    {
        if (_number is { } number)
            json.WriteNumber(Name, number);
        else
            json.WriteString(Name, _string);
    }

    /// <summary>Writes "name    : text", with the name padded to a width.</summary>
    public void WriteText(TextWriter text, int nameWidth) => text.Write($"{Name.PadRight(nameWidth)}: {Text}\n");

    private static string HexText(ulong value) => value == 0 ? "0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);
}
