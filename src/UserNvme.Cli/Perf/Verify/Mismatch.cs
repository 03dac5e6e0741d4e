using System.Text.Json;

namespace UserNvme.Cli.Perf.Verify;

/// <summary>A block that is not what it should be.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Address">The device's address.</param>
/// <param name="Expected">What it should hold.</param>
/// <param name="Found">What it holds; null if that cannot be told.</param>
/// <param name="Detail">The rest of the sentence about what was found.</param>
internal sealed record Mismatch(MismatchKind Kind, string Address, BlockTag Expected, BlockTag? Found, string Detail)
{
    /// <summary>One sentence.</summary>
    public override string ToString() =>
        $"{Words(Kind)}: LBA {Expected.Lba} of namespace {Expected.NamespaceId} of {Address}: " +
        $"expected LBA {Expected.Lba} generation {Expected.Generation}, found {Detail}.";

    /// <summary>A kind in words: "not filled".</summary>
    public static string Words(MismatchKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()).Replace('_', ' ');
}
