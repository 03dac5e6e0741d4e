using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Refusals;

/// <summary>How the tool says no: its exit code, and one sentence on stderr that helps.</summary>
internal static class Refusal
{
    // docs/cli.md
    public const int Usage = 2;
    public const int WouldDestroyData = 4;
    public const int NotReady = 5;
    public const int NoSuchDevice = 11;
    public const int NotNvme = 12;
    public const int WrongDriver = 13;
    public const int DiskInUse = 14;
    public const int HeldByProcess = 15;
    public const int NoPermission = 16;
    public const int MemlockTooSmall = 17;
    public const int NoIommu = 19;
    public const int GroupNotViable = 20;
    public const int Unsupported = 22;

    public static void Assert(int exitCode, ProcessResult result, params string[] mentioned)
    {
        Xunit.Assert.True(exitCode == result.ExitCode, $"exit code {result.ExitCode} and not {exitCode}: {result.Error}");
        Xunit.Assert.Empty(result.Output);
        Xunit.Assert.Matches(@"^usernvme: [^\n]+\.\n$", result.Error);
        Xunit.Assert.All(mentioned, words => Xunit.Assert.Contains(words, result.Error, StringComparison.Ordinal));
    }
}
