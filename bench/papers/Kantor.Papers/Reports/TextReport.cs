namespace Kantor.Papers.Reports;

/// <summary>Tables for the terminal.</summary>
internal static class TextReport
{
    private static readonly string[] Heads = ["figure", "paper", "threshold", "here", "verdict"];

    public static void List(IReadOnlyList<Study> studies, TextWriter output)
    {
        var width = studies.Max(study => study.Name.Length);
        foreach (var study in studies) output.WriteLine($"{study.Name.PadRight(width)}  {study.Title} ({study.Source})");
    }

    public static void Print(StudyResult result, TextWriter output)
    {
        output.WriteLine($"{result.Study.Name}: {result.Study.Title}");
        output.WriteLine($"source:  {result.Study.Source}");
        output.WriteLine($"differs: {result.Study.Differs}");
        output.WriteLine();
        string[][] rows = [Heads, .. result.Figures.Select(Cells)];
        var widths = Heads.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows) output.WriteLine(string.Join("  ", row.Select((cell, column) => Padded(cell, column, widths[column]))).TrimEnd());
        foreach (var (quantities, finding) in result.Findings) output.WriteLine($"* {quantities}: {finding}.");
        output.WriteLine();
    }

    private static string[] Cells(Figure figure) =>
        [figure.Quantity, figure.Claim.Said, figure.Claim.Threshold, StudyResult.Ours(figure), StudyResult.Verdict(figure)];

    private static string Padded(string cell, int column, int width) => column == 3 ? cell.PadLeft(width) : cell.PadRight(width);
}
