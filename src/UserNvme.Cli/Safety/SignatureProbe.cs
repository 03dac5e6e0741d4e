using UserNvme.Block;

namespace UserNvme.Cli.Safety;

/// <summary>Looks whether a namespace carries something that a person would miss: reads its beginning and its end, and names what stands there.</summary>
internal static class SignatureProbe
{
    /// <summary>What was found, in words, each once; empty where nothing was.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        var window = await ProbeWindow.ReadAsync(device, cancellationToken).ConfigureAwait(false);
        return [.. StructuredSignatures.Find(window).Concat(FixedSignatures.Find(window)).Distinct()];
    }
}
