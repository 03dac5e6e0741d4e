namespace UserNvme.Emulation;

/// <summary>Where an emulated namespace keeps its data.</summary>
public enum BackingKind
{
    /// <summary>In memory, which is taken page by page as it is written; gone when the controller is closed.</summary>
    Memory,

    /// <summary>In a file, which survives a restart.</summary>
    File,

    /// <summary>Nowhere: reads leave the buffer as it is, writes are forgotten.</summary>
    Null,
}
