namespace UserNvme.Spec;

/// <summary>Log page identifiers, LID (NVMe Base 2.0, figure 202).</summary>
public enum LogPage : byte
{
    /// <summary>Supported log pages.</summary>
    SupportedLogPages = 0x00,

    /// <summary>Error information: entries of <see cref="ErrorLogEntry"/>.</summary>
    ErrorInformation = 0x01,

    /// <summary>SMART / health information: <see cref="SmartLog"/>.</summary>
    Smart = 0x02,

    /// <summary>Firmware slot information: <see cref="FirmwareSlotLog"/>.</summary>
    FirmwareSlot = 0x03,

    /// <summary>Namespaces that changed since the last read: <see cref="NamespaceList"/>. Reading it clears its event.</summary>
    ChangedNamespaceList = 0x04,

    /// <summary>Commands supported and effects.</summary>
    CommandsSupportedAndEffects = 0x05,

    /// <summary>Device self-test.</summary>
    DeviceSelfTest = 0x06,

    /// <summary>Telemetry, host initiated.</summary>
    TelemetryHostInitiated = 0x07,

    /// <summary>Telemetry, controller initiated.</summary>
    TelemetryControllerInitiated = 0x08,

    /// <summary>Endurance group information.</summary>
    EnduranceGroupInformation = 0x09,

    /// <summary>Predictable latency per NVM set.</summary>
    PredictableLatencyPerNvmSet = 0x0A,

    /// <summary>Predictable latency event aggregate.</summary>
    PredictableLatencyEventAggregate = 0x0B,

    /// <summary>Asymmetric namespace access.</summary>
    AsymmetricNamespaceAccess = 0x0C,

    /// <summary>Persistent events.</summary>
    PersistentEvent = 0x0D,

    /// <summary>LBA status information.</summary>
    LbaStatusInformation = 0x0E,

    /// <summary>Endurance group event aggregate.</summary>
    EnduranceGroupEventAggregate = 0x0F,

    /// <summary>Media unit status.</summary>
    MediaUnitStatus = 0x10,

    /// <summary>Supported capacity configuration list.</summary>
    SupportedCapacityConfigurationList = 0x11,

    /// <summary>Feature identifiers supported and effects.</summary>
    FeatureIdentifiersSupportedAndEffects = 0x12,

    /// <summary>NVMe-MI commands supported and effects.</summary>
    NvmeMiCommandsSupportedAndEffects = 0x13,

    /// <summary>Boot partition.</summary>
    BootPartition = 0x15,

    /// <summary>Discovery; fabrics.</summary>
    Discovery = 0x70,

    /// <summary>Reservation notification.</summary>
    ReservationNotification = 0x80,

    /// <summary>Sanitize status.</summary>
    SanitizeStatus = 0x81,

    /// <summary>Changed zone list.</summary>
    ChangedZoneList = 0xBF,
}
