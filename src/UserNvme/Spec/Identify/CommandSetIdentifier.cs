namespace UserNvme.Spec;

/// <summary>Command Set Identifier, CSI (NVMe Base 2.0, figure 274).</summary>
public enum CommandSetIdentifier : byte
{
    /// <summary>NVM command set: reads and writes of logical blocks.</summary>
    Nvm = 0,

    /// <summary>Key Value command set.</summary>
    KeyValue = 1,

    /// <summary>Zoned Namespace command set.</summary>
    Zoned = 2,
}
