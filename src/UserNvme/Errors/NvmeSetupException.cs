namespace UserNvme;

/// <summary>
/// A controller cannot be reached, bound or brought up. The message is one sentence: what is wrong, with which device, what to do.
/// </summary>
public sealed class NvmeSetupException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="problem">What kind of problem it is.</param>
    /// <param name="address">The device's address, or an empty string where no device is concerned.</param>
    /// <param name="message">One sentence: what, which device, what to do.</param>
    /// <param name="inner">The cause, if it came as an exception.</param>
    public NvmeSetupException(SetupProblem problem, string address, string message, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
        Address = address;
    }

    /// <summary>What kind of problem it is.</summary>
    public SetupProblem Problem { get; }

    /// <summary>The device's address as the user gave it; empty where no device is concerned.</summary>
    public string Address { get; }
}
