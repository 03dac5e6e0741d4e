using System.Globalization;
using UserNvme.Spec;

namespace UserNvme.Hosting.Devices;

/// <summary>The key of a block device: "name" for a controller's only namespace, "name/nsid" for one of several.</summary>
internal readonly record struct DeviceKey(string Name, NamespaceId? NamespaceId)
{
    /// <summary>Reads a key.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public static DeviceKey Parse(object? key)
    {
        if (key is not string text)
            throw new InvalidOperationException($"Block devices have a string as their key, \"name\" or \"name/nsid\", not {key?.GetType().Name ?? "null"}.");
        var slash = text.LastIndexOf('/');
        if (slash < 0) return new DeviceKey(text, null);
        if (!uint.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id is 0 or uint.MaxValue)
            throw new InvalidOperationException($"'{text}' is not the key of a block device: behind the '/' stands a namespace identifier, as in 'data/1'.");
        return new DeviceKey(text[..slash], new NamespaceId(id));
    }

    public override string ToString() => NamespaceId is { } id ? $"{Name}/{id}" : Name;
}
