using System.Globalization;

namespace UserNvme.Cli.Commands.PerfOptionSets;

/// <summary>A device to measure, and one of its namespaces or all.</summary>
/// <param name="Address">As the driver understands it.</param>
/// <param name="NamespaceId">0 for all.</param>
internal sealed record DeviceChoice(string Address, uint NamespaceId)
{
    private const string Hint = "as in 'trtype:PCIe traddr:0000:01:00.0' or 'trtype:VFIOUSER traddr:/var/run/nvme'";

    /// <summary>Reads SPDK's transport identifier. What only a fabric has is refused, except subnqn, which vfio-user takes and does not need.</summary>
    public static DeviceChoice ParseTransportId(string text, Action<string> addError)
    {
        string? type = null, address = null;
        uint namespaceId = 0;
        foreach (var part in text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOfAny([':', '=']);
            var (key, value) = colon < 0 ? (part, "") : (part[..colon].ToUpperInvariant(), part[(colon + 1)..]);
            switch (key)
            {
                case "TRTYPE": type = value.ToUpperInvariant(); break;
                case "TRADDR": address = value; break;
                case "SUBNQN": break;
                case "NS" when uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out namespaceId) && namespaceId is not 0 and not uint.MaxValue: break;
                default:
                    addError($"-r (--transport): '{part}' has no meaning here; give trtype, traddr and ns, {Hint}");
                    return new DeviceChoice("", 0);
            }
        }

        var scheme = type switch { "PCIE" or null => "", "VFIOUSER" => "vfio-user:", _ => null };
        if (scheme is null)
            addError($"-r (--transport): trtype is PCIe or VFIOUSER, not '{type}'");
        else if (string.IsNullOrEmpty(address))
            addError($"-r (--transport): traddr is missing, {Hint}");
        return new DeviceChoice(scheme + address, namespaceId);
    }
}
