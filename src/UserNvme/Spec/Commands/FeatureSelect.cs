namespace UserNvme.Spec;

/// <summary>SEL of Get Features: which value of a feature to return (NVMe Base 2.0, figure 194).</summary>
public enum FeatureSelect : byte
{
    /// <summary>The value in use.</summary>
    Current = 0x0,

    /// <summary>The value after manufacture.</summary>
    Default = 0x1,

    /// <summary>The value that survives a reset.</summary>
    Saved = 0x2,

    /// <summary>Whether the feature can be saved, changed and is per namespace.</summary>
    SupportedCapabilities = 0x3,
}
