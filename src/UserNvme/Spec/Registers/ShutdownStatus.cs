namespace UserNvme.Spec;

/// <summary>CSTS.SHST: how far a shutdown has come (NVMe Base 2.0, 3.1.3.6).</summary>
public enum ShutdownStatus : byte
{
    /// <summary>Normal operation, no shutdown was asked for.</summary>
    Normal = 0,

    /// <summary>Shutdown processing is under way.</summary>
    Occurring = 1,

    /// <summary>Shutdown processing is complete; only a reset brings the controller back.</summary>
    Complete = 2,
}
