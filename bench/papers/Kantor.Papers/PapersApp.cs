using Kantor.Papers.Reports;

namespace Kantor.Papers;

/// <summary>The command line.</summary>
internal static class PapersApp
{
    /// <summary>What was asked for cannot be done.</summary>
    public const int UsageError = 2;

    public const string Help = """
        The experiments of papers, run here: each paper's figure beside ours, the threshold, and why where it is missed.

        usage: Kantor.Papers NAME… [--quick] [--json] [--markdown FILE]
               Kantor.Papers all | list | --help

          NAME             a study; 'list' names them, 'all' runs every one
          --quick          fewer trials, the same thresholds: what the tests run
          --json           JSON on the standard output instead of tables
          --markdown FILE  writes what ran as a page, too; docs/papers.md is that of 'all'

        example: dotnet run -c Release --project bench/papers/Kantor.Papers -- mc-sf

        """;

    public static int Run(IReadOnlyList<string> args, IReadOnlyList<Study> studies, TextWriter output, TextWriter error)
    {
        if (args.Contains("--help"))
        {
            output.Write(Help);
            return 0;
        }

        var request = PapersRequest.Parse(args, studies, out var fault);
        if (request is null)
        {
            error.WriteLine(fault);
            return UsageError;
        }

        try
        {
            Answer(request, studies, output, error);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine(exception.Message);
            return UsageError;
        }
    }

    private static void Answer(PapersRequest request, IReadOnlyList<Study> studies, TextWriter output, TextWriter error)
    {
        if (request.Lists)
        {
            TextReport.List(studies, output);
            return;
        }

        var results = new List<StudyResult>();
        foreach (var study in request.Studies)
        {
            if (request.Studies.Count > 1) error.WriteLine($"{study.Name} …");
            var result = new StudyResult(study, study.Measure(request.Effort));
            results.Add(result);
            if (!request.Json) TextReport.Print(result, output);
        }

        if (request.Json) JsonReport.Write(results, request.Effort, output);
        if (request.MarkdownFile is { } file) File.WriteAllText(file, MarkdownReport.Page(results));
    }
}
