using System.Globalization;

namespace UserNvme.Emulation;

/// <summary>Reads addresses of emulated controllers: "emulated:" or "emulated:?key=value&amp;key=value".</summary>
internal sealed class EmulatedAddress
{
    private const string Keys = "size, file, block-size, latency, mdts, max-queues, max-queue-entries, backing, populate, namespaces, serial, write-cache, aw-bits, doorbell-stride, shadow-doorbells, host";
    private readonly Dictionary<string, string> _values;
    private readonly string _address;

    private EmulatedAddress(string address, Dictionary<string, string> values, int addressWidth)
    {
        _address = address;
        _values = values;
        Host = Choice("host", EmulatedHostKind.Thread, ("thread", EmulatedHostKind.Thread), ("inline", EmulatedHostKind.Inline));
        Options = MakeOptions(addressWidth);
    }

    /// <summary>The controller.</summary>
    public EmulatedControllerOptions Options { get; }

    /// <summary>Who steps it.</summary>
    public EmulatedHostKind Host { get; }

    /// <summary>Reads what stands behind "emulated:".</summary>
    /// <param name="text">The text.</param>
    /// <param name="addressWidth">Bits of an IOVA where the text does not say.</param>
    /// <exception cref="NvmeSetupException">A key is unknown or there twice, or a value is wrong.</exception>
    public static EmulatedAddress Parse(string text, int addressWidth = 39)
    {
        ArgumentNullException.ThrowIfNull(text);
        var address = "emulated:" + text;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text.Length > 0 && text[0] != '?')
            throw OptionsCheck.Bad($"options must start with '?', as in emulated:?size=1G, not with '{text}'", address);
        foreach (var part in text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? part : part[..equals];
            if (!Keys.Split(", ").Contains(key))
                throw OptionsCheck.Bad($"option '{key}' is unknown: there are {Keys}", address);
            if (equals < 0 || equals == part.Length - 1)
                throw OptionsCheck.Bad($"option {key} needs a value, as in {key}=...", address);
            if (!values.TryAdd(key, Uri.UnescapeDataString(part[(equals + 1)..])))
                throw OptionsCheck.Bad($"option {key} must be given once only", address);
        }

        return new EmulatedAddress(address, values, addressWidth);
    }

    private EmulatedControllerOptions MakeOptions(int addressWidth)
    {
        var defaults = new EmulatedControllerOptions();
        var count = Number("namespaces", 1, 1, 1024);
        var options = new EmulatedControllerOptions
        {
            Namespaces = [.. Enumerable.Repeat(MakeNamespace(count), count)],
            Latency = Latency(),
            Mdts = Number("mdts", defaults.Mdts, 0, 12),
            MaxQueues = Number("max-queues", defaults.MaxQueues, 1, 1024),
            MaxQueueEntries = Number("max-queue-entries", defaults.MaxQueueEntries, 2, 65_536),
            DoorbellStride = Number("doorbell-stride", 0, 0, 10),
            ShadowDoorbells = Choice("shadow-doorbells", false, ("on", true), ("off", false)),
            SerialNumber = _values.GetValueOrDefault("serial", defaults.SerialNumber),
            VolatileWriteCache = Choice<bool?>("write-cache", null, ("on", true), ("off", false)),
            Domain = new EmulatedDmaDomain(new EmulatedDmaDomainOptions { AddressWidth = Number("aw-bits", addressWidth, 32, 57) }),
        };
        if (options.Latency > TimeSpan.Zero && Host == EmulatedHostKind.Inline)
            throw OptionsCheck.Bad("option latency needs host=thread, for nothing runs later with host=inline", _address);
        try
        {
            OptionsCheck.ThrowIfInvalid(options);
        }
        catch (NvmeSetupException e)
        {
            throw new NvmeSetupException(e.Problem, _address, e.Message, e);
        }

        return options;
    }

    private EmulatedNamespaceOptions MakeNamespace(int count)
    {
        var file = _values.GetValueOrDefault("file");
        var backing = Choice("backing", file is null ? BackingKind.Memory : BackingKind.File,
            ("memory", BackingKind.Memory), ("file", BackingKind.File), ("null", BackingKind.Null));
        if (backing == BackingKind.File && count > 1)
            throw OptionsCheck.Bad("options namespaces and file do not go together, for each namespace needs a file of its own", _address);
        return new EmulatedNamespaceOptions
        {
            Size = Size(file),
            BlockSize = Number("block-size", OptionsCheck.SmallestBlock, OptionsCheck.SmallestBlock, OptionsCheck.LargestBlock),
            Backing = backing,
            Populate = Choice("populate", false, ("on", true), ("off", false)),
            File = file,
        };
    }

    // A file that is there tells the size.
    private long Size(string? file)
    {
        if (_values.TryGetValue("size", out var text))
            return Bytes(text) ?? throw OptionsCheck.Bad($"option size must be a number of bytes, with K, M, G or T behind it or nothing, such as 1G, not '{text}'", _address);
        return file is not null && new FileInfo(file) is { Exists: true, Length: > 0 } info ? info.Length : 1L << 30;
    }

    private static long? Bytes(string text)
    {
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= long.MaxValue >> shift
            ? value << shift
            : null;
    }

    private TimeSpan Latency()
    {
        if (!_values.TryGetValue("latency", out var text)) return TimeSpan.Zero;
        var unit = text.TrimStart([.. "0123456789"]);
        double? ticksPerUnit = unit switch
        {
            "ns" => 0.01,
            "us" => TimeSpan.TicksPerMicrosecond,
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            _ => null,
        };
        if (ticksPerUnit is not { } factor || !int.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            || value * factor > 60d * TimeSpan.TicksPerSecond)
            throw OptionsCheck.Bad($"option latency must be a whole number of ns, us, ms or s, 60s at most, such as 10us, not '{text}'", _address);
        return new TimeSpan((long)Math.Ceiling(value * factor));
    }

    private int Number(string key, int initial, int least, int most)
    {
        if (!_values.TryGetValue(key, out var text)) return initial;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        throw OptionsCheck.Bad(string.Create(CultureInfo.InvariantCulture, $"option {key} must be a number from {least} to {most}, not '{text}'"), _address);
    }

    private T Choice<T>(string key, T initial, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        if (!_values.TryGetValue(key, out var text)) return initial;
        foreach (var (name, value) in choices)
        {
            if (name == text) return value;
        }

        var names = new List<string>();
        foreach (var (name, _) in choices)
            names.Add(name);
        throw OptionsCheck.Bad($"option {key} must be one of {string.Join(", ", names)}, not '{text}'", _address);
    }
}
