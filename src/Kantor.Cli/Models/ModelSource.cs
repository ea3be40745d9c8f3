using Kantor.Cli.Shell;

namespace Kantor.Cli.Models;

/// <summary>Turns <c>--model</c> into a file on this machine.</summary>
internal static class ModelSource
{
    /// <summary>Where the built-in model lies: beside the program.</summary>
    public static string BuiltInPath => Path.Combine(AppContext.BaseDirectory, "models", "probe.gguf");

    /// <summary>Where downloads are kept: <c>KANTOR_CACHE</c>, else the user's cache folder.</summary>
    public static string CacheFolder => Environment.GetEnvironmentVariable("KANTOR_CACHE") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "kantor", "models");

    /// <summary>The file's path; downloads it when it is remote and not cached yet.</summary>
    /// <exception cref="UsageException">The reference is malformed or the file is not there.</exception>
    /// <exception cref="FailureException">The download failed.</exception>
    public static async Task<string> ResolveAsync(
        string? reference, IProgress<(long Done, long? Total)> progress, CancellationToken cancellation) =>
        ModelReference.Parse(reference) switch
        {
            ModelReference.BuiltIn =>
                Existing(BuiltInPath, "the built-in model is not beside the program; build it again or name one with --model"),
            ModelReference.LocalFile file =>
                Existing(file.Path, "no such file; give a path to a .gguf file, or hf:owner/repository/file.gguf"),
            ModelReference.HuggingFace remote => await DownloadAsync(remote, progress, cancellation),
            _ => throw new InvalidOperationException("Unknown kind of model reference."),
        };

    private static string Existing(string path, string otherwise) =>
        File.Exists(path) ? Path.GetFullPath(path) : throw new UsageException($"--model {path}: {otherwise}.");

    private static async Task<string> DownloadAsync(
        ModelReference.HuggingFace model, IProgress<(long Done, long? Total)> progress, CancellationToken cancellation)
    {
        var endpoint = Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } mirror ? mirror : "https://huggingface.co";
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        if (Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
        return await new ModelDownload(http, CacheFolder).FetchAsync(new Uri(endpoint.TrimEnd('/') + "/"), model, progress, cancellation);
    }
}
