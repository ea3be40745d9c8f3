namespace Kantor.Cli.Shell;

/// <summary>Where the reports of a verb go; null for one that nobody asked for.</summary>
internal sealed record ReportPaths(string? Json, string? Csv, string? Html)
{
    /// <summary>Whether the standard output belongs to a report, so that tables go to standard error.</summary>
    public bool TakeStandardOutput => Given.Any(report => report.Path == ReportFile.StandardOutput);

    /// <summary>Where tables for people go.</summary>
    public TextWriter Tables => TakeStandardOutput ? Console.Error : Console.Out;

    private IEnumerable<(string Option, string Path)> Given =>
        from report in ((string Option, string? Path)[])[("--json", Json), ("--csv", Csv), ("--html", Html)]
        where report.Path is not null
        select (report.Option, report.Path);

    /// <summary>All that is wrong with what was typed.</summary>
    public IEnumerable<string> Errors()
    {
        foreach (var (option, path) in Given)
        {
            if (string.IsNullOrWhiteSpace(path)) yield return $"{option} needs a file name.";
        }

        foreach (var same in Given.GroupBy(report => report.Path).Where(same => same.Count() > 1))
        {
            yield return $"{string.Join(" and ", same.Select(report => report.Option))} both write to '{same.Key}'; give them different "
                + "files.";
        }
    }

    /// <summary>Says before the run, not after it, that a report could not be written.</summary>
    /// <exception cref="UsageException">A path is a folder, or lies in none.</exception>
    public void RequireWritable()
    {
        foreach (var (option, path) in Given) ReportFile.RequireWritable(option, path);
    }

    /// <summary>Writes those that were asked for.</summary>
    /// <exception cref="FailureException">One cannot be written.</exception>
    public void Write(Action<Stream> json, Action<TextWriter> csv, Action<TextWriter> html)
    {
        if (Json is not null) ReportFile.Write("--json", Json, json);
        if (Csv is not null) ReportFile.Write("--csv", Csv, stream => ReportFile.WriteText(stream, csv));
        if (Html is not null) ReportFile.Write("--html", Html, stream => ReportFile.WriteText(stream, html));
    }
}
