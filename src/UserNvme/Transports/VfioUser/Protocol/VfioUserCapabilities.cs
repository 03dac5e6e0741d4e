using System.Buffers;
using System.Text.Json;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What one end can take, as the JSON text of a version message. What is not said has the protocol's default.</summary>
internal sealed record VfioUserCapabilities
{
    /// <summary>The default of <see cref="MaxDataTransferSize"/>, in bytes.</summary>
    public const int DefaultTransfer = 1 << 20;

    // Nobody needs as much text; a parser that is fed by a stranger has a limit.
    private const int LongestText = 4096;

    /// <summary>How many descriptors the sender takes with one message, 1 or more.</summary>
    public int MaxMessageDescriptors { get; init; } = 1;

    /// <summary>How many bytes the sender takes with one read or write, 1 or more.</summary>
    public int MaxDataTransferSize { get; init; } = DefaultTransfer;

    /// <summary>How many DMA ranges the sender keeps, 1 or more.</summary>
    public int MaxDmaMaps { get; init; } = 65_535;

    /// <summary>The page sizes that the sender can map, or'ed together; 4 KiB is the default.</summary>
    public ulong PageSizes { get; init; } = 4096;

    /// <summary>Reads the text; members that are not known are skipped.</summary>
    /// <exception cref="VfioUserProtocolException">It is no JSON object, or a number is out of its range.</exception>
    public static VfioUserCapabilities Parse(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)0);
        if (end >= 0)
            text = text[..end];
        if (text.IsEmpty)
            return new VfioUserCapabilities();
        if (text.Length > LongestText)
            throw new VfioUserProtocolException($"its version data has {text.Length} bytes, more than {LongestText}");
        try
        {
            var reader = new Utf8JsonReader(text);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new VfioUserProtocolException("its version data is not a JSON object");
            if (!root.TryGetProperty("capabilities"u8, out var given))
                return new VfioUserCapabilities();
            return given.ValueKind == JsonValueKind.Object ? Read(given) : throw new VfioUserProtocolException("its capabilities are not a JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new VfioUserProtocolException("its version data is not JSON");
        }
    }

    /// <summary>The text, with the zero byte at its end.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("capabilities"u8);
            writer.WriteNumber("max_msg_fds"u8, MaxMessageDescriptors);
            writer.WriteNumber("max_data_xfer_size"u8, MaxDataTransferSize);
            writer.WriteNumber("max_dma_maps"u8, MaxDmaMaps);
            writer.WriteNumber("pgsizes"u8, PageSizes);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, 0];
    }

    private static VfioUserCapabilities Read(JsonElement given)
    {
        var defaults = new VfioUserCapabilities();
        return defaults with
        {
            MaxMessageDescriptors = Number(given, "max_msg_fds", defaults.MaxMessageDescriptors),
            MaxDataTransferSize = Number(given, "max_data_xfer_size", defaults.MaxDataTransferSize),
            MaxDmaMaps = Number(given, "max_dma_maps", defaults.MaxDmaMaps),
            PageSizes = PageSizesOf(given, defaults.PageSizes),
        };
    }

    // A peer may say more than a number here can hold: then the limit is none for us.
    private static int Number(JsonElement given, string name, int absent)
    {
        if (!given.TryGetProperty(name, out var value))
            return absent;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 1
            ? (int)Math.Min(number, int.MaxValue)
            : throw new VfioUserProtocolException($"its capability {name} is not a positive whole number");
    }

    private static ulong PageSizesOf(JsonElement given, ulong absent)
    {
        if (!given.TryGetProperty("pgsizes"u8, out var value))
            return absent;
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var sizes) && sizes != 0 && (sizes & 4095) == 0
            ? sizes
            : throw new VfioUserProtocolException("its capability pgsizes is not a set of page sizes of 4096 bytes and more");
    }
}
