using System.Buffers;
using System.Text;
using System.Text.Json;

namespace UserNvme.Cli.Output;

/// <summary>Writes one JSON document: nothing reaches the output before it is complete, so an error midway leaves stdout empty.</summary>
internal static class JsonDocumentWriter
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    public static void Write(TextWriter output, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
            write(json);
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
