using System.Globalization;
using System.Net;
using System.Text;

namespace Kantor.Simulation.Reports;

/// <summary>A line of a chart: one policy. The style number chooses colour, dash and marker.</summary>
internal sealed record ChartLine(string Name, int Style, IReadOnlyList<ChartPoint> Points);

/// <summary>A point of a line with its band.</summary>
internal readonly record struct ChartPoint(double X, SweepBand? Y);

/// <summary>Draws lines with bands as one inline SVG; every text is escaped.</summary>
internal sealed class ChartSvg(string title, string xTitle, ChartAxis x, ChartAxis y)
{
    /// <summary>Colours, dashes and markers that differ; more lines than these repeat them.</summary>
    public const int Styles = 8;

    private const double Width = 400, Height = 260, Left = 58, Right = 12, Top = 12, Bottom = 40;
    private static readonly string[] Dashes = ["", "7 3", "2 3", "9 3 2 3", "", "7 3", "2 3", "9 3 2 3"];

    private readonly StringBuilder _svg = new();

    /// <summary>The picture.</summary>
    public string Draw(IEnumerable<ChartLine> lines)
    {
        _svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Text(title)}\">");
        DrawAxes();
        foreach (var line in lines) DrawLine(line);
        return _svg.Append("</svg>").ToString();
    }

    /// <summary>A sample of a line for the legend.</summary>
    public static string Sample(int style)
    {
        var number = style % Styles;
        return $"<svg class=\"key s{number}\" viewBox=\"0 0 34 12\" aria-hidden=\"true\"><path class=\"line\" d=\"M1 6H33\"{Dash(number)}/>{Marker(number, 17, 6)}</svg>";
    }

    private void DrawAxes()
    {
        foreach (var tick in y.Ticks())
        {
            if (PlaceY(tick) is not { } at) continue;
            Append($"<path class=\"grid\" d=\"M{Left} {at:0.#}H{Width - Right}\"/>");
            Append($"<text x=\"{Left - 6}\" y=\"{at + 4:0.#}\" text-anchor=\"end\">{Text(y.Format(tick))}</text>");
        }

        foreach (var tick in x.Ticks())
        {
            if (PlaceX(tick) is not { } at) continue;
            Append($"<path class=\"grid\" d=\"M{at:0.#} {Top}V{Height - Bottom}\"/>");
            Append($"<text x=\"{at:0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Text(x.Format(tick))}</text>");
        }

        Append($"<path class=\"axis\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/>");
        Append($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">{Text(xTitle)}</text>");
    }

    private void DrawLine(ChartLine line)
    {
        var style = line.Style % Styles;
        var drawn = line.Points.Select(Place).OfType<Drawn>().ToArray();
        if (drawn.Length == 0) return;
        Append($"<g class=\"s{style}\">");
        if (drawn.Length > 1)
        {
            var outline = drawn.Select(point => Pair(point.X, point.Max)).Concat(drawn.Reverse().Select(point => Pair(point.X, point.Min)));
            Append($"<polygon class=\"band\" points=\"{string.Join(' ', outline)}\"/>");
            Append($"<path class=\"line\" d=\"M{string.Join('L', drawn.Select(point => Pair(point.X, point.Mean)))}\"{Dash(style)}/>");
        }

        foreach (var point in drawn)
        {
            var what = $"{line.Name} at {x.Format(point.Of.X)} {xTitle}: {y.Format(point.Of.Y!.Value.Mean)} ({y.Format(point.Of.Y.Value.Min)} to {y.Format(point.Of.Y.Value.Max)})";
            Append($"<g><title>{Text(what)}</title><path class=\"range\" d=\"M{point.X:0.#} {point.Min:0.#}V{point.Max:0.#}\"/>{Marker(style, point.X, point.Mean)}</g>");
        }

        Append($"</g>");
    }

    private Drawn? Place(ChartPoint point) =>
        point.Y is { } band && PlaceX(point.X) is { } atX && PlaceY(band.Mean) is { } mean
            ? new Drawn(point, atX, mean, PlaceY(band.Min) ?? Height - Bottom, PlaceY(band.Max) ?? mean)
            : null;

    private double? PlaceX(double figure) => Left + (x.Place(figure) * (Width - Left - Right));

    private double? PlaceY(double figure) => Height - Bottom - (y.Place(figure) * (Height - Top - Bottom));

    private static string Dash(int style) => Dashes[style].Length == 0 ? "" : $" stroke-dasharray=\"{Dashes[style]}\"";

    private static string Marker(int style, double atX, double atY)
    {
        FormattableString shape = (style % 4) switch
        {
            0 => $"<circle class=\"dot\" cx=\"{atX:0.#}\" cy=\"{atY:0.#}\" r=\"3.2\"/>",
            1 => $"<rect class=\"dot\" x=\"{atX - 3:0.#}\" y=\"{atY - 3:0.#}\" width=\"6\" height=\"6\"/>",
            2 => $"<path class=\"dot\" d=\"M{atX:0.#} {atY - 4:0.#}l4 7h-8z\"/>",
            _ => $"<path class=\"dot\" d=\"M{atX:0.#} {atY - 4:0.#}l4 4l-4 4l-4 -4z\"/>",
        };
        return shape.ToString(CultureInfo.InvariantCulture);
    }

    private static string Pair(double first, double second) => string.Create(CultureInfo.InvariantCulture, $"{first:0.#},{second:0.#}");

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    private void Append(FormattableString part) => _svg.Append(part.ToString(CultureInfo.InvariantCulture));

    private sealed record Drawn(ChartPoint Of, double X, double Mean, double Min, double Max);
}
