namespace UserNvme.Controllers;

/// <summary>How a bounded wait for a register ended.</summary>
internal enum RegisterWait
{
    /// <summary>The awaited value is there.</summary>
    Reached,

    /// <summary>The registers read all-ones: the device is gone.</summary>
    Gone,

    /// <summary>CSTS.CFS: the controller has given up.</summary>
    Fatal,

    /// <summary>The time is over.</summary>
    TimedOut,
}
