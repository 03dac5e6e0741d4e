using System.Text;

namespace UserNvme.Cli.Perf.Report;

/// <summary>A drawing in SVG with two axes: the frame, the grid and the labels; what is drawn inside is the caller's.</summary>
internal sealed class Plot
{
    private const int Left = 76;
    private const int Right = 22;
    private const int Top = 14;
    private const int Bottom = 50;
    private const int LabelGap = 8;
    // A label's width is estimated: digits of the font are at most this wide.
    private const double CharWidth = 7;

    private readonly StringBuilder _svg = new();
    private readonly Axis _x;
    private readonly Axis _y;
    private readonly int _width;
    private readonly int _height;

    public Plot(string description, Axis x, Axis y, int width, int height)
    {
        (_x, _y, _width, _height) = (x, y, width, height);
        _svg.Append($"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{Html.Escape(description)}\">");
        DrawRows();
        DrawColumns();
        _svg.Append($"<path class=\"frame\" d=\"M{Left} {Top}V{height - Bottom}H{width - Right}\"/>");
        _svg.Append($"<text class=\"title\" x=\"{(Left + width - Right) / 2}\" y=\"{height - 8}\" text-anchor=\"middle\">{Html.Escape(x.Title)}</text>");
        _svg.Append($"<text class=\"title\" transform=\"translate(15 {(Top + height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Html.Escape(y.Title)}</text>");
    }

    /// <summary>The lower end of the vertical axis, in the drawing's units.</summary>
    public double Floor => _height - Bottom;

    public double X(double value) => Left + (Math.Clamp(_x.Position(value), 0, 1) * (_width - Left - Right));

    public double Y(double value) => Floor - (Math.Clamp(_y.Position(value), 0, 1) * (Floor - Top));

    public void Line(Series series)
    {
        if (series.Points.Count == 0)
            return;
        _svg.Append($"<path class=\"line {series.Classes}\" d=\"");
        for (var i = 0; i < series.Points.Count; i++)
            _svg.Append(i == 0 ? 'M' : 'L').Append(Html.At(X(series.Points[i].X))).Append(' ').Append(Html.At(Y(series.Points[i].Y)));
        _svg.Append("\"/>");
    }

    /// <summary>A bar from one value to another.</summary>
    public void Bar(string kind, double from, double to, double height)
    {
        var (left, top) = (X(from), Y(height));
        _svg.Append($"<rect class=\"bar {kind}\" x=\"{Html.At(left)}\" y=\"{Html.At(top)}\" width=\"{Html.At(Math.Max(0.5, X(to) - left - 0.6))}\" height=\"{Html.At(Floor - top)}\"/>");
    }

    /// <summary>A vertical mark with a label at a height of its own, so that labels of neighbours do not meet.</summary>
    public void Mark(double value, string label, int row)
    {
        var x = X(value);
        var y = Top + 10 + (row * 15);
        var isRight = x > _width * 0.72;
        _svg.Append($"<path class=\"mark\" d=\"M{Html.At(x)} {Html.At(y - 8)}V{Html.At(Floor)}\"/>");
        _svg.Append($"<text class=\"note\" x=\"{Html.At(isRight ? x - 4 : x + 4)}\" y=\"{Html.At(y)}\" text-anchor=\"{(isRight ? "end" : "start")}\">{Html.Escape(label)}</text>");
    }

    /// <summary>The drawing, complete.</summary>
    public string End() => _svg.Append("</svg>").ToString();

    private void DrawRows()
    {
        foreach (var (value, label) in _y.Ticks)
        {
            var y = Html.At(Y(value));
            _svg.Append($"<path class=\"grid\" d=\"M{Left} {y}H{_width - Right}\"/>");
            _svg.Append($"<text x=\"{Left - LabelGap}\" y=\"{y}\" dy=\".35em\" text-anchor=\"end\">{Html.Escape(label)}</text>");
        }
    }

    private void DrawColumns()
    {
        var free = double.NegativeInfinity;
        foreach (var (value, label) in _x.Ticks)
        {
            var x = X(value);
            var half = label.Length * CharWidth / 2;
            _svg.Append($"<path class=\"grid\" d=\"M{Html.At(x)} {Top}V{_height - Bottom}\"/>");
            // A label that would meet its neighbour is left out; its line stays.
            if (x - half < free)
                continue;
            free = x + half + LabelGap;
            var end = x + half > _width ? "end" : "middle";
            _svg.Append($"<text x=\"{Html.At(end == "end" ? _width : x)}\" y=\"{_height - Bottom + 18}\" text-anchor=\"{end}\">{Html.Escape(label)}</text>");
        }
    }
}
