namespace UserNvme.Controllers;

/// <summary>The life of a controller as its user sees it.</summary>
public enum ControllerState
{
    /// <summary>It is being brought up for the first time.</summary>
    Opening,

    /// <summary>Commands are taken and issued.</summary>
    Live,

    /// <summary>It is being stopped and brought up again; new operations wait.</summary>
    Resetting,

    /// <summary>It did not come back or is gone: every operation fails.</summary>
    Dead,

    /// <summary>It is being shut down, or was.</summary>
    Closed,
}
