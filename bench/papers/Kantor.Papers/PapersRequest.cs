namespace Kantor.Papers;

/// <summary>What the command line asks for.</summary>
/// <param name="Studies">Studies to run, in order.</param>
/// <param name="Lists">Whether only their names are wanted.</param>
/// <param name="Effort">How much of them.</param>
/// <param name="Json">Whether JSON is wanted instead of tables.</param>
/// <param name="MarkdownFile">Where the page goes; null for nowhere.</param>
internal sealed record PapersRequest(IReadOnlyList<Study> Studies, bool Lists, Effort Effort, bool Json, string? MarkdownFile)
{
    private const string SeeHelp = "'--help' shows the usage.";

    /// <summary>Null, and what is wrong, when the line cannot be understood.</summary>
    public static PapersRequest? Parse(IReadOnlyList<string> args, IReadOnlyList<Study> known, out string fault)
    {
        var request = new PapersRequest([], Lists: false, Effort.Full, Json: false, MarkdownFile: null);
        var studies = new List<Study>();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--markdown" && i + 1 < args.Count)
            {
                request = request with { MarkdownFile = args[++i] };
                continue;
            }

            fault = request.TryTake(args[i], known, studies, out var next);
            if (fault.Length > 0) return null;
            request = next;
        }

        fault = studies.Count == 0 && !request.Lists ? $"No study is named. {Names(known)} {SeeHelp}" : "";
        if (request.Lists && args.Count > 1) fault = $"'list' stands alone. {SeeHelp}";
        return fault.Length > 0 ? null : request with { Studies = [.. studies.Distinct()] };
    }

    private string TryTake(string arg, IReadOnlyList<Study> known, List<Study> studies, out PapersRequest next)
    {
        next = arg switch
        {
            "--quick" => this with { Effort = Effort.Reduced },
            "--json" => this with { Json = true },
            "list" => this with { Lists = true },
            _ => this,
        };
        if (arg is "--quick" or "--json" or "list") return "";
        if (arg.StartsWith('-')) return $"'{arg}' is no option or lacks its value. {SeeHelp}";
        studies.AddRange(arg == "all" ? known : known.Where(study => study.Name == arg));
        return arg == "all" || known.Any(study => study.Name == arg) ? "" : $"There is no study '{arg}'. {Names(known)} {SeeHelp}";
    }

    private static string Names(IReadOnlyList<Study> known) => $"Known: {string.Join(", ", known.Select(study => study.Name))}.";
}
