namespace UserNvme.Emulation;

/// <summary>What CSTS.RDY is stuck at.</summary>
public enum StuckReady
{
    /// <summary>Nothing: it follows CC.EN.</summary>
    No,

    /// <summary>It never becomes 1.</summary>
    AtZero,

    /// <summary>It never becomes 0 again: the controller goes on with its commands although CC.EN is 0. A function reset still works.</summary>
    AtOne,
}
