namespace Kantor.Papers.Reports;

/// <summary>A study with its figures.</summary>
internal sealed record StudyResult(Study Study, IReadOnlyList<Figure> Figures)
{
    public static string Verdict(Figure figure) => figure.MissedBy switch
    {
        null => "–",
        0 => "held",
        { } missed => $"missed by {missed.ToString($"0.{new string('#', figure.Digits)}", System.Globalization.CultureInfo.InvariantCulture)}",
    };

    public static string Ours(Figure figure) => figure.Ours.ToString($"F{figure.Digits}", System.Globalization.CultureInfo.InvariantCulture);
}
