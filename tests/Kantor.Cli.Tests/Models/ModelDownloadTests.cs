using System.Net;
using System.Security.Cryptography;
using Kantor.Cli.Models;
using Kantor.Cli.Shell;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kantor.Cli.Tests.Models;

public sealed class ModelDownloadTests : IAsyncDisposable
{
    private static readonly ModelReference.HuggingFace Model = new("owner", "repo", "sub/model.gguf");
    private readonly byte[] _content = [.. Enumerable.Range(0, 3_000_000).Select(index => (byte)(index * 31))];
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-download").FullName;
    private readonly List<(long Done, long? Total)> _progress = [];
    private WebApplication? _hub;
    private string? _rangeAsked;

    public async ValueTask DisposeAsync()
    {
        if (_hub is not null) await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_arrives_whole_once_and_is_then_served_from_the_cache()
    {
        var endpoint = await StartHubAsync(Convert.ToHexStringLower(SHA256.HashData(_content)));
        var path = await FetchAsync(endpoint);
        Assert.Equal(_content, await File.ReadAllBytesAsync(path));
        Assert.Equal((_content.Length, _content.Length), _progress[^1]);
        await _hub!.StopAsync();
        Assert.Equal(path, await FetchAsync(endpoint));
    }

    [Fact]
    public async Task A_broken_download_resumes_where_it_stopped()
    {
        var endpoint = await StartHubAsync(Convert.ToHexStringLower(SHA256.HashData(_content)));
        var partial = Path.Combine(_folder, "owner", "repo", "sub", "model.gguf.partial");
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        await File.WriteAllBytesAsync(partial, _content[..1_000_000]);
        Assert.Equal(_content, await File.ReadAllBytesAsync(await FetchAsync(endpoint)));
        Assert.Equal("bytes=1000000-", _rangeAsked);
    }

    [Fact]
    public async Task A_wrong_checksum_deletes_the_file_and_says_so()
    {
        var endpoint = await StartHubAsync(new string('a', 64));
        var error = await Assert.ThrowsAsync<FailureException>(() => FetchAsync(endpoint));
        Assert.Contains("damaged", error.Message);
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_missing_file_names_the_address()
    {
        var endpoint = await StartHubAsync(new string('a', 64), exists: false);
        var error = await Assert.ThrowsAsync<FailureException>(() => FetchAsync(endpoint));
        Assert.Contains("404", error.Message);
        Assert.Contains("owner/repo/resolve/main/sub/model.gguf", error.Message);
    }

    [Theory]
    [InlineData("hf:owner/repo")]
    [InlineData("hf:owner/repo/../../etc/passwd.gguf")]
    [InlineData("hf:/repo/x.gguf")]
    [InlineData("hf:owner/repo/x.bin")]
    public void A_malformed_reference_is_refused_with_the_right_form(string reference)
    {
        var error = Assert.Throws<UsageException>(() => ModelReference.Parse(reference));
        Assert.Contains("hf:owner/repository/file.gguf", error.Message);
    }

    private Task<string> FetchAsync(Uri endpoint)
    {
        var http = new HttpClient();
        return new ModelDownload(http, _folder).FetchAsync(endpoint, Model, new Recorder(_progress), TestContext.Current.CancellationToken);
    }

    private async Task<Uri> StartHubAsync(string sha256, bool exists = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _hub = builder.Build();
        _hub.MapMethods("/owner/repo/resolve/main/sub/model.gguf", ["GET", "HEAD"], async context =>
        {
            if (!exists)
            {
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                return;
            }

            context.Response.Headers["X-Linked-Etag"] = $"\"{sha256}\"";
            context.Response.Headers["X-Linked-Size"] = $"{_content.Length}";
            if (context.Request.Method == "HEAD") return;
            _rangeAsked = context.Request.Headers.Range;
            await Results.Bytes(_content, enableRangeProcessing: true).ExecuteAsync(context);
        });
        await _hub.StartAsync();
        return new Uri(_hub.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");
    }

    private sealed class Recorder(List<(long Done, long? Total)> reports) : IProgress<(long Done, long? Total)>
    {
        public void Report((long Done, long? Total) value) => reports.Add(value);
    }
}
