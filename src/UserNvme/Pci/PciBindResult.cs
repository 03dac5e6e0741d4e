namespace UserNvme.Pci;

/// <summary>What binding or unbinding did, or would do.</summary>
/// <param name="Device">The device as it was before.</param>
/// <param name="From">The driver before; null for none.</param>
/// <param name="To">The driver after; null for none.</param>
public sealed record PciBindResult(PciDevice Device, string? From, string? To)
{
    /// <summary>Whether the driver changed; false where the device had the right one already.</summary>
    public bool Changed => From != To;

    /// <summary>One line: "0000:01:00.0 (144d a808): nvme -> vfio-pci", or that nothing was to be done.</summary>
    public override string ToString() =>
        Changed ? $"{Device}: {From ?? "no driver"} -> {To ?? "no driver"}" : $"{Device}: already bound to {To ?? "no driver"}";
}
