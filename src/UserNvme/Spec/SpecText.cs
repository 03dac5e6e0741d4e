using System.Text;

namespace UserNvme.Spec;

/// <summary>Text fields of the specification as strings that are safe to print: the device is not trusted with a terminal.</summary>
public static class SpecText
{
    /// <summary>
    /// An ASCII field without its padding (spaces and nulls at the end, spaces in front). Bytes outside 0x20..0x7E become '?'.
    /// </summary>
    /// <param name="field">The bytes of the field.</param>
    public static string Ascii(ReadOnlySpan<byte> field)
    {
        int end = field.Length;
        while (end > 0 && field[end - 1] is 0 or (byte)' ')
            end--;
        var text = new StringBuilder(end);
        foreach (byte b in field[..end])
            text.Append(b is >= 0x20 and <= 0x7E ? (char)b : '?');
        return text.ToString().TrimStart(' ');
    }

    /// <summary>A null-terminated UTF-8 field such as an NQN. Control characters and bytes that are not UTF-8 become '?'.</summary>
    /// <param name="field">The bytes of the field; the text ends at the first null or at the end of the field.</param>
    public static string Utf8(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        if (end >= 0)
            field = field[..end];
        return string.Create(Encoding.UTF8.GetCharCount(field), field, static (chars, bytes) =>
        {
            Encoding.UTF8.GetChars(bytes, chars);
            for (int i = 0; i < chars.Length; i++)
            {
                if (char.IsControl(chars[i]) || chars[i] == '\uFFFD')
                    chars[i] = '?';
            }
        });
    }
}
