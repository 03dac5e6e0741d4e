namespace UserNvme.Spec;

/// <summary>Controller or Namespace Structure, CNS: what an Identify command asks for (NVMe Base 2.0, figure 273).</summary>
public enum IdentifyCns : byte
{
    /// <summary>Identify Namespace of an active namespace: <see cref="IdentifyNamespace"/>.</summary>
    Namespace = 0x00,

    /// <summary>Identify Controller: <see cref="IdentifyController"/>.</summary>
    Controller = 0x01,

    /// <summary>Active namespace identifiers above NSID: <see cref="NamespaceList"/>.</summary>
    ActiveNamespaceList = 0x02,

    /// <summary>Namespace identification descriptors: <see cref="Spec.NamespaceDescriptors"/>.</summary>
    NamespaceDescriptors = 0x03,

    /// <summary>NVM set list.</summary>
    NvmSetList = 0x04,

    /// <summary>I/O command set specific Identify Namespace.</summary>
    IoCommandSetNamespace = 0x05,

    /// <summary>I/O command set specific Identify Controller: <see cref="IdentifyControllerNvm"/> for CSI 0.</summary>
    IoCommandSetController = 0x06,

    /// <summary>Active namespace identifiers of one I/O command set.</summary>
    IoCommandSetActiveNamespaceList = 0x07,

    /// <summary>I/O command set independent Identify Namespace.</summary>
    IndependentNamespace = 0x08,

    /// <summary>Allocated namespace identifiers above NSID.</summary>
    AllocatedNamespaceList = 0x10,

    /// <summary>Identify Namespace of an allocated namespace.</summary>
    AllocatedNamespace = 0x11,

    /// <summary>Controllers to which a namespace is attached: <see cref="ControllerList"/>.</summary>
    NamespaceControllerList = 0x12,

    /// <summary>Controllers of the NVM subsystem: <see cref="Spec.ControllerList"/>.</summary>
    ControllerList = 0x13,

    /// <summary>Primary controller capabilities.</summary>
    PrimaryControllerCapabilities = 0x14,

    /// <summary>Secondary controller list.</summary>
    SecondaryControllerList = 0x15,

    /// <summary>Namespace granularity list.</summary>
    NamespaceGranularityList = 0x16,

    /// <summary>UUID list.</summary>
    UuidList = 0x17,

    /// <summary>Domain list.</summary>
    DomainList = 0x18,

    /// <summary>Endurance group list.</summary>
    EnduranceGroupList = 0x19,

    /// <summary>Allocated namespace identifiers of one I/O command set.</summary>
    IoCommandSetAllocatedNamespaceList = 0x1A,

    /// <summary>I/O command set specific Identify Namespace of an allocated namespace.</summary>
    IoCommandSetAllocatedNamespace = 0x1B,

    /// <summary>I/O command set combinations.</summary>
    IoCommandSetCombinations = 0x1C,
}
