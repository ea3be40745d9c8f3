using System.Globalization;
using System.Net;
using System.Text;

namespace Kantor.Reports.Pages;

/// <summary>A line of a chart. The style number chooses colour, dash and marker.</summary>
internal sealed record ChartLine(string Name, int Style, IReadOnlyList<ChartPoint> Points);

/// <summary>A point of a line; no figure leaves a gap out. The band is drawn around it where there is one.</summary>
internal readonly record struct ChartPoint(double X, double? Y, double? Low = null, double? High = null);

/// <summary>Draws lines with bands as one inline SVG; every text is escaped. What lies beyond an axis is drawn at its edge.</summary>
internal sealed class ChartSvg(string title, string xTitle, ChartAxis x, ChartAxis y)
{
    /// <summary>Colours, dashes and markers that differ; more lines than these repeat them.</summary>
    public const int Styles = 8;

    private const double Width = 400, Height = 260, Left = 62, Right = 14, Top = 12, Bottom = 42;
    private static readonly string[] Dashes = ["", "7 3", "2 3", "9 3 2 3", "", "7 3", "2 3", "9 3 2 3"];

    private readonly StringBuilder _svg = new();

    /// <summary>
    /// Whether there are too many points for a marker each: the page's script reads values off the lines, along which the arrow keys move.
    /// </summary>
    public bool IsTrace { get; init; }

    /// <summary>The picture.</summary>
    public string Draw(IEnumerable<ChartLine> lines)
    {
        _svg.Append(
            CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Text(title)}\"{Reading()}>");
        DrawAxes();
        foreach (var line in lines) DrawLine(line);
        if (IsTrace) Append($"<path class=\"cursor\" d=\"\"/>");
        _svg.Append("</svg>");
        if (IsTrace) _svg.Append("<output></output>");
        return _svg.ToString();
    }

    /// <summary>A sample of a line for the legend.</summary>
    public static string Sample(int style)
    {
        var number = style % Styles;
        return $"<svg class=\"key s{number}\" viewBox=\"0 0 34 12\" aria-hidden=\"true\"><path class=\"line\" d=\"M1 "
            + $"6H33\"{Dash(number)}/>{Marker(number, 17, 6)}</svg>";
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
        if (drawn.Length > 1) DrawPath(line, style, drawn);
        if (!IsTrace)
        {
            foreach (var point in drawn) DrawMarker(line, style, point);
        }

        Append($"</g>");
    }

    private void DrawPath(ChartLine line, int style, Drawn[] drawn)
    {
        if (drawn.Any(point => point.High != point.Low))
        {
            var outline = drawn.Select(point => Pair(point.X, point.High))
                .Concat(drawn.Reverse().Select(point => Pair(point.X, point.Low)));
            Append($"<polygon class=\"band\" points=\"{string.Join(' ', outline)}\"/>");
        }

        Append($"<path class=\"line\" data-name=\"{Text(line.Name)}\" ");
        Append($"d=\"M{string.Join('L', drawn.Select(point => Pair(point.X, point.Y)))}\"{Dash(style)}/>");
    }

    private void DrawMarker(ChartLine line, int style, Drawn point)
    {
        var what = $"{line.Name} at {x.Format(point.Of.X)} {xTitle}: {y.Format(point.Of.Y!.Value)}";
        if (point.Of is { Low: { } low, High: { } high } && low != high) what += $" ({y.Format(low)} to {y.Format(high)})";
        Append($"<g><title>{Text(what)}</title><path class=\"range\" d=\"M{point.X:0.#} ");
        Append($"{point.Low:0.#}V{point.High:0.#}\"/>{Marker(style, point.X, point.Y)}</g>");
    }

    private Drawn? Place(ChartPoint point) =>
        point.Y is { } figure && PlaceX(point.X) is { } atX && PlaceY(figure) is { } atY
            ? new Drawn(point, atX, atY, PlaceY(point.Low ?? figure) ?? Height - Bottom, PlaceY(point.High ?? figure) ?? atY)
            : null;

    private double? PlaceX(double figure) => Left + (Within(x.Place(figure)) * (Width - Left - Right));

    private double? PlaceY(double figure) => Height - Bottom - (Within(y.Place(figure)) * (Height - Top - Bottom));

    private static double? Within(double? place) => place is { } at ? Math.Clamp(at, 0, 1) : null;

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

    /// <summary>
    /// What the script needs to turn places into figures again: edges of the plot, and the largest figures of its linear axes.
    /// </summary>
    private string Reading() => IsTrace
        ? string.Create(
            CultureInfo.InvariantCulture,
            $" tabindex=\"0\" data-plot=\"{Left} {Width - Right} {Top} {Height - Bottom} {x.Max:R} {y.Max:R}\"")
        : "";

    private sealed record Drawn(ChartPoint Of, double X, double Y, double Low, double High);
}
