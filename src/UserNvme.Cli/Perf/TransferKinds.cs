namespace UserNvme.Cli.Perf;

/// <summary>The kinds of transfers, how many there are and how they are called.</summary>
internal static class TransferKinds
{
    public const int Count = 4;

    public static IReadOnlyList<TransferKind> All { get; } = [TransferKind.Read, TransferKind.Write, TransferKind.Trim, TransferKind.Flush];

    /// <summary>As fio calls its section of the result.</summary>
    public static string FioName(this TransferKind kind) => kind switch
    {
        TransferKind.Read => "read",
        TransferKind.Write => "write",
        TransferKind.Trim => "trim",
        _ => "sync",
    };

    /// <summary>For text: Read, Write, Trim, Flush.</summary>
    public static string Title(this TransferKind kind) => kind.ToString();

    /// <summary>The beginning of a sentence about one of them: "A read of".</summary>
    public static string Phrase(this TransferKind kind) => kind switch
    {
        TransferKind.Read => "A read of",
        TransferKind.Write => "A write to",
        TransferKind.Trim => "A trim of",
        _ => "A flush of",
    };

    /// <summary>Whether bytes of the namespace are covered by it.</summary>
    public static bool HasBytes(this TransferKind kind) => kind != TransferKind.Flush;
}
