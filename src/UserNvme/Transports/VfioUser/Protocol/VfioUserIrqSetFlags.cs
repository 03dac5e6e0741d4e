namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What DEVICE_SET_IRQS does: one kind of data and one action.</summary>
[Flags]
internal enum VfioUserIrqSetFlags : uint
{
    /// <summary>No data: the action is done on all interrupts of the range.</summary>
    DataNone = 1 << 0,

    /// <summary>One byte for each interrupt: the action is done where it is not 0.</summary>
    DataBool = 1 << 1,

    /// <summary>One eventfd for each interrupt comes along; none detaches.</summary>
    DataEventfd = 1 << 2,

    /// <summary>Masks.</summary>
    ActionMask = 1 << 3,

    /// <summary>Unmasks.</summary>
    ActionUnmask = 1 << 4,

    /// <summary>Triggers, or attaches what is signalled by a trigger.</summary>
    ActionTrigger = 1 << 5,

    /// <summary>All kinds of data.</summary>
    DataMask = DataNone | DataBool | DataEventfd,

    /// <summary>All actions.</summary>
    ActionMaskAll = ActionMask | ActionUnmask | ActionTrigger,
}
