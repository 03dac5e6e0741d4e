namespace UserNvme.Emulation;

/// <summary>Which way data goes between the controller and the host's memory.</summary>
public enum DmaDirection
{
    /// <summary>The controller reads the host's memory.</summary>
    Read,

    /// <summary>The controller writes the host's memory.</summary>
    Write,
}
