using Spectre.Console;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Output;

/// <summary>A table: framed on a terminal, else plain columns with two spaces between them, which scripts can cut.</summary>
internal sealed class TextTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with one cell per column; a missing value is shown as "-".</summary>
    public TextTable Add(params string?[] cells)
    {
        if (cells.Length != columns.Length)
            throw new ArgumentException($"The table has {columns.Length} columns, the row has {cells.Length} cells.", nameof(cells));
        _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? "-" : cell)]);
        return this;
    }

    public void Write(ToolConsole console)
    {
        if (console.OutputIsTerminal)
            WriteFramed(console.Output);
        else
            WritePlain(console.Output);
    }

    private void WriteFramed(TextWriter output)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column)));
        foreach (var row in _rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private void WritePlain(TextWriter output)
    {
        var widths = columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend(columns))
            output.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
