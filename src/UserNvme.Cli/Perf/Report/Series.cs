namespace UserNvme.Cli.Perf.Report;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Kind">Gives it its colour.</param>
/// <param name="Variant">0, 1...: several lines of one kind differ by their dashes.</param>
/// <param name="Points">From left to right.</param>
internal sealed record Series(string Name, TransferKind Kind, int Variant, IReadOnlyList<(double X, double Y)> Points)
{
    private const int Dashes = 4;

    /// <summary>The classes of the style sheet.</summary>
    public string Classes => $"{Kind.FioName()} d{Variant % Dashes}";
}
