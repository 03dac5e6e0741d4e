namespace UserNvme.Controllers;

/// <summary>What makes sure that a controller no longer touches memory (rule 1).</summary>
internal enum StopProof
{
    /// <summary>CSTS.RDY is 0 after a disable.</summary>
    Disabled,

    /// <summary>The function was reset.</summary>
    FunctionReset,

    /// <summary>It obeys neither: bus mastering is off, and the way to it has to be closed.</summary>
    BusMasterOff,

    /// <summary>
    /// It obeys nothing, and a queue pair that its owner has not disposed keeps the way to it open: what it may touch is never used again.
    /// </summary>
    None,

    /// <summary>Its registers are all-ones and a reset did not bring it back: the way to it has to be closed.</summary>
    Gone,
}
