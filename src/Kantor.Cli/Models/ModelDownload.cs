using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Models;

/// <summary>
/// Fetches one model file into the cache folder: resumes a broken download, and keeps the file only when size and SHA-256 are those that
/// the server names (<c>X-Linked-Size</c>, <c>X-Linked-Etag</c>, as Hugging Face sends for large files).
/// </summary>
internal sealed class ModelDownload(HttpClient http, string cacheFolder)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Path of the file, downloaded now if it was not there. <paramref name="progress"/> gets bytes so far and in all.</summary>
    /// <exception cref="FailureException">The server refused, broke off, or sent something else than it named.</exception>
    public async Task<string> FetchAsync(
        Uri endpoint, ModelReference.HuggingFace model, IProgress<(long Done, long? Total)> progress, CancellationToken cancellation)
    {
        var target = Path.Combine(cacheFolder, model.Owner, model.Repository, model.File);
        if (File.Exists(target)) return target;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var partial = target + ".partial";
        var source = new Uri(endpoint, $"{model.Owner}/{model.Repository}/resolve/main/{model.File}");
        var expected = await DescribeAsync(source, cancellation);
        await AppendMissingAsync(source, partial, expected, progress, cancellation);
        await VerifyAsync(partial, expected, source, cancellation);
        File.Move(partial, target);
        return target;
    }

    private async Task<Description> DescribeAsync(Uri source, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, source);
        using var response = await SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode && (int)response.StatusCode is < 300 or >= 400)
        {
            throw new FailureException($"{source} answers {(int)response.StatusCode}: check owner, repository and file name.");
        }

        var size = Header(response, "X-Linked-Size") is { } text && long.TryParse(text, out var linked)
            ? linked
            : response.Content.Headers.ContentLength;
        var tag = (Header(response, "X-Linked-Etag") ?? response.Headers.ETag?.Tag ?? "").Trim('"');
        return new Description(size, tag.Length == 64 && tag.All(char.IsAsciiHexDigit) ? tag : null);
    }

    private async Task AppendMissingAsync(
        Uri source, string partial, Description expected, IProgress<(long Done, long? Total)> progress, CancellationToken cancellation)
    {
        var done = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (expected.SizeBytes is { } size && done >= size) return;
        using var request = new HttpRequestMessage(HttpMethod.Get, source);
        if (done > 0) request.Headers.Range = new RangeHeaderValue(done, null);
        using var response = await SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode) throw new FailureException($"{source} answers {(int)response.StatusCode}.");
        var resumes = response.StatusCode == HttpStatusCode.PartialContent;
        await using var file = new FileStream(partial, resumes ? FileMode.Append : FileMode.Create, FileAccess.Write);
        await CopyAsync(response, file, expected.SizeBytes, progress, source, cancellation);
    }

    private static async Task CopyAsync(
        HttpResponseMessage response, FileStream file, long? total, IProgress<(long Done, long? Total)> progress, Uri source,
        CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0;)
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                progress.Report((file.Length, total));
            }
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new FailureException(
                $"{source} broke off after {file.Length} bytes ({broken.Message}). Run the command again: it resumes there.");
        }
    }

    private static async Task VerifyAsync(string partial, Description expected, Uri source, CancellationToken cancellation)
    {
        var size = new FileInfo(partial).Length;
        if (expected.SizeBytes is { } named && size < named)
        {
            throw new FailureException($"{source} broke off after {size} of {named} bytes. Run the command again: it resumes there.");
        }

        await using var file = File.OpenRead(partial);
        var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        if (size == (expected.SizeBytes ?? size)
            && (expected.Sha256 is null || expected.Sha256.Equals(sum, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }
        file.Close();
        File.Delete(partial);
        throw new FailureException(
            $"{source} is damaged: {size} bytes with SHA-256 {sum}, named are {expected.SizeBytes} bytes with {expected.Sha256}. It was "
            + "deleted; run the command again.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException failed)
        {
            throw new FailureException($"{request.RequestUri} cannot be reached: {failed.Message}");
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>What the server says the file is; a member is null when it does not say.</summary>
    private sealed record Description(long? SizeBytes, string? Sha256);
}
