namespace UserNvme.Emulation.Registers;

/// <summary>Where the controller stands between reset and shutdown.</summary>
internal enum LifePhase
{
    /// <summary>CC.EN is 0: nothing is fetched, nothing is touched.</summary>
    Disabled,

    /// <summary>CC.EN is 1 and CSTS.RDY not yet.</summary>
    Starting,

    /// <summary>Commands are processed.</summary>
    Running,

    /// <summary>A shutdown was asked for; a reset is needed to go on.</summary>
    ShutDown,

    /// <summary>CSTS.CFS is 1: a reset is needed to go on.</summary>
    Failed,
}
