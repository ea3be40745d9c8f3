using System.IO.Compression;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Traces;

/// <summary>Where a verb writes what it makes.</summary>
internal static class OutputFile
{
    /// <summary>Writes to a file, gzip if its name ends in .gz, or to the standard output for "-".</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public static void Write(string option, string path, Action<Stream> write)
    {
        try
        {
            using var file = path == ReportFile.StandardOutput ? Console.OpenStandardOutput() : File.Create(path);
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                using var buffered = new BufferedStream(file, 64 * 1024);
                write(buffered);
                return;
            }

            using var gzip = new GZipStream(file, CompressionLevel.Optimal);
            write(gzip);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{option} '{path}' cannot be written: {exception.Message}");
        }
    }
}
