namespace UserNvme.Cli.Doctor;

/// <summary>How a check ended.</summary>
internal enum CheckOutcome
{
    /// <summary>The precondition is met.</summary>
    Passed,

    /// <summary>It is not met; the advice says what to do.</summary>
    Failed,

    /// <summary>Worth knowing, but no precondition: a controller that the kernel uses.</summary>
    Note,
}
