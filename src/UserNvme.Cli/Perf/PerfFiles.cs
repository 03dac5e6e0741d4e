using UserNvme.Cli.Commands;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Perf.Report;

namespace UserNvme.Cli.Perf;

/// <summary>The files of --hgrm and --report: opened before the run, replaced after it.</summary>
internal sealed class PerfFiles : IDisposable
{
    private readonly string? _hgrmPath;
    private readonly FileStream? _hgrm;
    private readonly string? _reportPath;
    private readonly FileStream? _report;

    private PerfFiles(string? hgrm, string? report)
    {
        _hgrmPath = hgrm;
        _reportPath = report;
        _hgrm = hgrm is null ? null : DataFile.OpenForReplacing(hgrm);
        _report = report is null ? null : DataFile.OpenForReplacing(report);
    }

    public static PerfFiles Open(string? hgrm, string? report) => new(hgrm, report);

    /// <summary>Writes what was asked for. With several kinds of transfers each has a .hgrm file more, named by it.</summary>
    public void Write(PerfResult result, RunFacts facts)
    {
        if (_hgrm is not null)
        {
            Replace(_hgrm, _hgrmPath!, output => HgrmFile.Write(output, result.All));
            foreach (var kind in result.Kinds.Count > 1 ? result.Kinds : [])
            {
                var path = Path.ChangeExtension(_hgrmPath!, kind.FioName() + Path.GetExtension(_hgrmPath));
                using var file = DataFile.OpenForReplacing(path);
                Replace(file, path, output => HgrmFile.Write(output, result.Of(kind)));
            }
        }

        if (_report is not null)
            Replace(_report, _reportPath!, output => HtmlReport.Write(output, result, facts));
    }

    public void Dispose()
    {
        _hgrm?.Dispose();
        _report?.Dispose();
    }

    private static void Replace(FileStream file, string path, Action<TextWriter> write)
    {
        try
        {
            if (file.CanSeek)
                file.SetLength(0);
            using var output = new StreamWriter(file, leaveOpen: true);
            write(output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCode.File, $"'{path}' cannot be written: {e.Message}", e);
        }
    }
}
