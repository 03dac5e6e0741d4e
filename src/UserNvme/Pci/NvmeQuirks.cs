namespace UserNvme.Pci;

/// <summary>What a driver must do differently for a controller that departs from the specification.</summary>
[Flags]
public enum NvmeQuirks
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>After CC.EN changed, CSTS.RDY must not be read for <see cref="QuirkTable.DelayBeforeReady"/>.</summary>
    DelayBeforeReady = 1 << 0,

    /// <summary>After a reset of the function no register must be read for <see cref="QuirkTable.DelayBeforeInit"/>.</summary>
    DelayBeforeInit = 1 << 1,

    /// <summary>CSTS.SHST may never say that shutdown is complete: its absence is no failure.</summary>
    NoShutdownStatus = 1 << 2,
}
