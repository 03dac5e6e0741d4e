using UserNvme.Block;

namespace UserNvme.Cli.Safety;

/// <summary>Looks whether a namespace carries something that a person would miss: reads its beginning and its end, and names what stands there.</summary>
internal static class SignatureProbe
{
    /// <summary>What was found, in words, each once; empty where nothing was.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        var window = await ProbeWindow.ReadAsync(device, cancellationToken).ConfigureAwait(false);
        var found = StructuredSignatures.Find(window).Concat(FixedSignatures.Find(window)).Distinct().ToList();

        // Many file systems start with a boot sector, a GPT with an MBR that protects it: the one that matters is enough.
        if (found.Count > 1)
            found.Remove(StructuredSignatures.BootSectorName);
        if (found.Contains(StructuredSignatures.GptName))
            found.Remove(StructuredSignatures.MbrName);
        return found;
    }
}
