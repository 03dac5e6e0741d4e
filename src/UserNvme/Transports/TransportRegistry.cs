using System.Collections.Concurrent;

namespace UserNvme.Transports;

/// <summary>Turns addresses into transports: a scheme ("emulated", "vfio-user") names a factory, an address without one is a PCI address.</summary>
public static class TransportRegistry
{
    private static readonly ConcurrentDictionary<string, Func<string, NvmeTransport>> s_factories = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The scheme that addresses without one have: a bare "0000:01:00.0" is "pci:0000:01:00.0".</summary>
    public const string DefaultScheme = "pci";

    /// <summary>Adds or replaces the factory of a scheme. It gets what stands behind "scheme:".</summary>
    public static void Register(string scheme, Func<string, NvmeTransport> factory) => s_factories[scheme] = factory;

    /// <summary>Reaches the controller with this address.</summary>
    /// <exception cref="NvmeSetupException">The scheme is unknown or the controller cannot be reached.</exception>
    public static NvmeTransport Open(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var (scheme, rest) = Split(address);
        if (!s_factories.TryGetValue(scheme, out var factory))
            throw new NvmeSetupException(SetupProblem.BadAddress, address,
                $"'{address}' is not an address of a controller: give a PCI address such as 0000:01:00.0, or one of the schemes {string.Join(", ", s_factories.Keys.Order().Select(k => k + ":"))}.");
        return factory(rest);
    }

    // A PCI address has colons of its own, but starts with hexadecimal digits; no scheme does.
    private static (string Scheme, string Remainder) Split(string address)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !address.Take(colon).All(char.IsAsciiHexDigit)
            ? (address[..colon], address[(colon + 1)..])
            : (DefaultScheme, address);
    }
}
