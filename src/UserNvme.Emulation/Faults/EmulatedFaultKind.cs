namespace UserNvme.Emulation;

/// <summary>What kind of misuse a recorded fault is.</summary>
public enum EmulatedFaultKind
{
    /// <summary>The controller was told to touch an address that is not mapped; an IOMMU would log it as a DMAR fault.</summary>
    DmaOutsideMapping,

    /// <summary>A value was written to a doorbell that the queue cannot have.</summary>
    InvalidDoorbellValue,

    /// <summary>A doorbell of a queue that does not exist was written.</summary>
    InvalidDoorbellRegister,

    /// <summary>A register was written that cannot be written, or not in that state, or with such a value.</summary>
    InvalidRegisterWrite,

    /// <summary>A register was accessed with an offset that has none.</summary>
    InvalidRegisterAccess,

    /// <summary>The emulator itself failed; the controller reports a fatal status.</summary>
    InternalError,
}
