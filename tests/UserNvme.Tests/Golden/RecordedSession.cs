using System.Globalization;

namespace UserNvme.Tests.Golden;

/// <summary>Messages between a vfio-user client and a server that are not ours, in their order; see README.md here.</summary>
internal static class RecordedSession
{
    public static IReadOnlyList<RecordedMessage> Read(string name) =>
        [.. GoldenFile.Text($"vfio-user/{name}.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    private static RecordedMessage Parse(string line)
    {
        var parts = line.Split(' ');
        return new RecordedMessage(parts[0] == "client", int.Parse(parts[1], CultureInfo.InvariantCulture), Convert.FromHexString(parts[2]));
    }
}
