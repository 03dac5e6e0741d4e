namespace UserNvme.Spec;

/// <summary>Feature identifiers, FID (NVMe Base 2.0, figure 317; NVM Command Set 1.0, figure 81).</summary>
public enum FeatureId : byte
{
    /// <summary>Arbitration.</summary>
    Arbitration = 0x01,

    /// <summary>Power management.</summary>
    PowerManagement = 0x02,

    /// <summary>LBA range type.</summary>
    LbaRangeType = 0x03,

    /// <summary>Temperature threshold.</summary>
    TemperatureThreshold = 0x04,

    /// <summary>Error recovery.</summary>
    ErrorRecovery = 0x05,

    /// <summary>Volatile write cache: bit 0 enabled.</summary>
    VolatileWriteCache = 0x06,

    /// <summary>Number of queues: <see cref="Spec.NumberOfQueues"/>.</summary>
    NumberOfQueues = 0x07,

    /// <summary>Interrupt coalescing.</summary>
    InterruptCoalescing = 0x08,

    /// <summary>Interrupt vector configuration.</summary>
    InterruptVectorConfiguration = 0x09,

    /// <summary>Write atomicity normal: bit 0 disables AWUN.</summary>
    WriteAtomicityNormal = 0x0A,

    /// <summary>Asynchronous event configuration.</summary>
    AsynchronousEventConfiguration = 0x0B,

    /// <summary>Autonomous power state transition.</summary>
    AutonomousPowerStateTransition = 0x0C,

    /// <summary>Host memory buffer.</summary>
    HostMemoryBuffer = 0x0D,

    /// <summary>Timestamp.</summary>
    Timestamp = 0x0E,

    /// <summary>Keep alive timer in milliseconds.</summary>
    KeepAliveTimer = 0x0F,

    /// <summary>Host controlled thermal management.</summary>
    HostControlledThermalManagement = 0x10,

    /// <summary>Non-operational power state config.</summary>
    NonOperationalPowerStateConfig = 0x11,

    /// <summary>Read recovery level config.</summary>
    ReadRecoveryLevelConfig = 0x12,

    /// <summary>Predictable latency mode config.</summary>
    PredictableLatencyModeConfig = 0x13,

    /// <summary>Predictable latency mode window.</summary>
    PredictableLatencyModeWindow = 0x14,

    /// <summary>LBA status information report interval.</summary>
    LbaStatusInformationReportInterval = 0x15,

    /// <summary>Host behavior support.</summary>
    HostBehaviorSupport = 0x16,

    /// <summary>Sanitize config.</summary>
    SanitizeConfig = 0x17,

    /// <summary>Endurance group event configuration.</summary>
    EnduranceGroupEventConfiguration = 0x18,

    /// <summary>I/O command set profile.</summary>
    IoCommandSetProfile = 0x19,

    /// <summary>Spinup control.</summary>
    SpinupControl = 0x1A,

    /// <summary>Enhanced controller metadata.</summary>
    EnhancedControllerMetadata = 0x7D,

    /// <summary>Controller metadata.</summary>
    ControllerMetadata = 0x7E,

    /// <summary>Namespace metadata.</summary>
    NamespaceMetadata = 0x7F,

    /// <summary>Software progress marker.</summary>
    SoftwareProgressMarker = 0x80,

    /// <summary>Host identifier.</summary>
    HostIdentifier = 0x81,

    /// <summary>Reservation notification mask.</summary>
    ReservationNotificationMask = 0x82,

    /// <summary>Reservation persistence.</summary>
    ReservationPersistence = 0x83,

    /// <summary>Namespace write protection config.</summary>
    NamespaceWriteProtectionConfig = 0x84,
}
