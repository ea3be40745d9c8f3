using System.Text;

namespace Kantor.Papers.Reports;

/// <summary>The page of the documentation.</summary>
internal static class MarkdownReport
{
    private const string Head = """
        # Papers

        Made by `dotnet run -c Release --project bench/papers/Kantor.Papers -- all --markdown docs/papers.md`; one study alone by its name in place of `all`.
        Each figure of a source stands beside ours. The threshold is the source's figure or that of the research notes on it, and is never moved: where it is
        missed, the table says by how much and the lines below it why. Tests run the same studies with fewer trials. Further claims:
        [acceptance](acceptance.md).

        """;

    public static string Page(IReadOnlyList<StudyResult> results)
    {
        var text = new StringBuilder(Head);
        foreach (var result in results) Append(text, result);
        return text.ToString();
    }

    private static void Append(StringBuilder text, StudyResult result)
    {
        var study = result.Study;
        text.Append('\n').Append($"## {study.Title}\n\n`{study.Name}`, {study.Source}. {study.Differs}\n\n");
        text.Append("| figure | paper | threshold | here | verdict |\n|---|---|---|---:|---|\n");
        foreach (var figure in result.Figures)
        {
            text.Append($"| {figure.Quantity} | {figure.Claim.Said} | {figure.Claim.Threshold} | {StudyResult.Ours(figure)} | {StudyResult.Verdict(figure)} |\n");
        }

        if (result.Findings.Any()) text.Append('\n');
        foreach (var (quantities, finding) in result.Findings) text.Append($"- *Finding*, {quantities}: {finding}.\n");
    }
}
