using System.CommandLine;
using UserNvme.Block;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Safety;

/// <summary>Rule 10: what destroys data asks first. A verb that writes passes here before its first write.</summary>
internal static class DataGuard
{
    /// <summary>The option that overrides the refusal.</summary>
    public static Option<bool> Option() => new("--destroy-data")
    {
        Description = "Write even if the namespace carries a partition table, file system, LVM, RAID or swap signature.",
    };

    /// <summary>Refuses a namespace that carries data.</summary>
    /// <exception cref="ToolException">Something was found; the message names it.</exception>
    public static async Task CheckAsync(IBlockDevice device, bool destroyData, CancellationToken cancellationToken)
    {
        if (destroyData)
            return;
        var found = await SignatureProbe.FindAsync(device, cancellationToken).ConfigureAwait(false);
        if (found.Count != 0)
            throw new ToolException(ExitCode.WouldDestroyData,
                $"Namespace {device.Info.NamespaceId} of {device.Info.Address} carries data ({string.Join(", ", found)}): " +
                "nothing was written; --destroy-data overrides this.");
    }
}
