using System.Text;
using System.Text.Json;

namespace UserNvme.Tests.NvmeCli;

/// <summary>
/// JSON documents in one form, so that equal text means: the same fields in the same order with the same types and values.
/// </summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true };

    public static string Normal(JsonElement document) => Written(document.WriteTo);

    public static string Normal(Action<Utf8JsonWriter> write)
    {
        using JsonDocument document = JsonDocument.Parse(Written(write));
        return Normal(document.RootElement);
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_indented))
            write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
