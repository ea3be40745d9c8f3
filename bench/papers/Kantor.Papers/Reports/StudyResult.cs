namespace Kantor.Papers.Reports;

/// <summary>A study with its figures.</summary>
internal sealed record StudyResult(Study Study, IReadOnlyList<Figure> Figures)
{
    /// <summary>What is missed and why; figures that are missed for one reason stand together.</summary>
    public IEnumerable<(string Quantities, string Finding)> Findings => Figures.Where(figure => figure.Finding is not null)
        .GroupBy(figure => figure.Finding!).Select(group => (string.Join("; ", group.Select(figure => figure.Quantity)), group.Key));

    public static string Verdict(Figure figure) => figure.MissedBy switch
    {
        null => "–",
        0 => "held",
        { } missed => $"missed by {missed.ToString($"0.{new string('#', figure.Digits)}", System.Globalization.CultureInfo.InvariantCulture)}",
    };

    public static string Ours(Figure figure) => figure.Ours.ToString($"F{figure.Digits}", System.Globalization.CultureInfo.InvariantCulture);
}
