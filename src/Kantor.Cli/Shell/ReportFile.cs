namespace Kantor.Cli.Shell;

/// <summary>Files that reports are written to.</summary>
internal static class ReportFile
{
    /// <summary>Stands for the standard output in place of a file name.</summary>
    public const string StandardOutput = "-";

    /// <summary>Says before the run, not after it, that a report could not be written.</summary>
    public static void RequireWritable(string option, string? path)
    {
        if (path is null or StandardOutput) return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path)) throw new UsageException($"{option} '{path}' is a folder; give a file.");
        if (!Directory.Exists(folder)) throw new UsageException($"{option} '{path}': the folder {folder} is not there.");
    }

    /// <summary>Writes a text in UTF-8.</summary>
    public static void WriteText(Stream stream, Action<TextWriter> write)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        write(writer);
    }

    /// <summary>Writes one report.</summary>
    public static void Write(string option, string path, Action<Stream> write)
    {
        try
        {
            using var stream = path == StandardOutput ? Console.OpenStandardOutput() : File.Create(path);
            write(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{option} '{path}' cannot be written: {exception.Message}");
        }
    }
}
