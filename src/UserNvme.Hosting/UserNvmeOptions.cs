namespace UserNvme.Hosting;

/// <summary>Which controllers a host opens. Bound from the section "UserNvme" of the configuration, checked before anything is opened.</summary>
public sealed class UserNvmeOptions
{
    /// <summary>The section of the configuration that the options come from unless another is given.</summary>
    public const string SectionName = "UserNvme";

    /// <summary>
    /// The controllers by name; one at least. The name is the key of the block device and the controller in dependency injection; it is
    /// compared without regard to case and has no '/'.
    /// </summary>
    public Dictionary<string, UserNvmeControllerOptions> Controllers { get; } = new(StringComparer.OrdinalIgnoreCase);
}
