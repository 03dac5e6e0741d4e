namespace UserNvme.VmTests.Guest;

/// <summary>The published `usernvme` and the programs that it is compared with.</summary>
public static class Tool
{
    /// <summary>The program's path, given by the host.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("USERNVME_TOOL")
        ?? throw new InvalidOperationException("USERNVME_TOOL has to name the published usernvme.");

    public static ProcessResult Run(params string[] arguments) => ProcessResult.Of(Path, arguments);

    /// <summary>Runs the tool as a user who is not root and may lock this much memory.</summary>
    public static ProcessResult RunAsNobody(long lockableBytes, params string[] arguments)
    {
        // The checkout may lie where only its owner may look.
        const string Copy = "/run/usernvme";
        File.Copy(Path, Copy, overwrite: true);
        return ProcessResult.Of("setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", "prlimit", $"--memlock={lockableBytes}:{lockableBytes}", Copy, .. arguments]);
    }
}
