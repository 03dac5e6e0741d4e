using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>What a user writes to name a controller behind VFIO: a PCI address and, for SR-IOV functions, the VF token.</summary>
/// <param name="Address">The function.</param>
/// <param name="VfToken">The secret that the owner of the physical function has set; null for none.</param>
internal sealed record VfioAddress(PciAddress Address, Guid? VfToken)
{
    private const string TokenOption = "vf-token";

    /// <summary>Reads "0000:01:00.0" or "0000:01:00.0?vf-token=UUID".</summary>
    /// <exception cref="NvmeSetupException">The text is anything else (<see cref="SetupProblem.BadAddress"/>).</exception>
    public static VfioAddress Parse(string text)
    {
        var question = text.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return new VfioAddress(PciAddress.Parse(text), null);

        var address = PciAddress.Parse(text[..question]);
        Guid? token = null;
        foreach (var option in text[(question + 1)..].Split('&'))
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? option : option[..equals];
            if (name != TokenOption)
                throw new NvmeSetupException(SetupProblem.BadAddress, text,
                    $"'{text}' has an option '{name}' that PCI addresses do not have: the only one is {TokenOption}=UUID.");
            if (token is not null || !Guid.TryParseExact(option[(equals + 1)..], "D", out var value))
                throw new NvmeSetupException(SetupProblem.BadAddress, text,
                    $"'{text}' does not give one VF token: write {TokenOption}= and a UUID such as 14d63f20-8445-11ea-8900-1f9ce7d5650d.");
            token = value;
        }

        return new VfioAddress(address, token);
    }

    /// <summary>The name by which the group opens the device.</summary>
    public string DeviceName => VfToken is { } token ? $"{Address} vf_token={token:D}" : Address.ToString();
}
