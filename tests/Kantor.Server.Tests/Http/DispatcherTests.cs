using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.Server.Configuration;

namespace Kantor.Server.Tests.Http;

public class DispatcherTests
{
    [Theory]
    [InlineData("/v1//chat/completions")]
    [InlineData("/V1/chat/completions")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("/v1/chat/completions.")]
    [InlineData("/v1/chat/completions;x=1")]
    [InlineData("/v1/chat%2Fcompletions")]
    [InlineData("/admin/../nothing")]
    [InlineData("/page/../Kantor.Server.dll")]
    public async Task A6_A_path_that_is_only_nearly_a_route_is_no_route(string path)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        var answer = await RawHttp.ExchangeAsync(server.Url, RawHttp.Post(path, Bodies.Chat(), "Connection: close\r\n"));
        Assert.Equal(404, RawHttp.StatusOf(answer));
        Assert.Contains(ErrorCodes.NotFound, answer);
    }

    [Fact]
    public async Task A6_A_path_with_dots_needs_the_key_of_the_route_that_it_reaches()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.Both);
        var answer = await RawHttp.ExchangeAsync(server.Url, "GET /v1/%2e%2e/admin/config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.NotEqual(200, RawHttp.StatusOf(answer));
    }

    [Fact]
    public async Task A8_A_body_that_is_declared_too_large_is_refused_without_being_asked_for()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var answer = await RawHttp.ExchangeAsync(
            server.Url,
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", answer);
        Assert.Contains(ErrorCodes.BodyTooLarge, answer);
        Assert.Equal(0, engine.Submissions);
    }

    [Fact]
    public async Task A8_A_body_of_unknown_length_is_refused_at_the_limit()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), new ServerOptions { Limits = new RequestLimits { BodyBytesMax = 2_048 } });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = TestServer.Json(Bodies.Chat($"\"user\":\"{new string('x', 5_000)}\"")) };
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal((413, ErrorCodes.BodyTooLarge), await StatusAndCodeAsync(server, request));
    }

    [Fact]
    public async Task A9_A_body_that_ends_early_admits_nothing()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        using (var client = await RawHttp.ConnectAsync(server.Url))
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"model\":"));
        }

        // The connection after it is served, so the server has looked at the broken one.
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health")).StatusCode);
        Assert.Equal(0, engine.Submissions);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData(null)]
    public async Task A11_A_body_that_is_not_declared_as_JSON_in_UTF8_is_refused(string? type)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Bodies.Chat())) };
        if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        Assert.Equal((415, ErrorCodes.UnsupportedMediaType), await StatusAndCodeAsync(server, request));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("gzip, gzip")]
    [InlineData("zebra")]
    public async Task A10_A_compressed_body_is_refused_unread(string encoding)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = TestServer.Json(Bodies.Chat()) };
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        Assert.Equal((415, ErrorCodes.UnsupportedMediaType), await StatusAndCodeAsync(server, request));
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", "POST")]
    [InlineData("PUT", "/v1/chat/completions", "POST")]
    [InlineData("OPTIONS", "/v1/chat/completions", "POST")]
    [InlineData("TRACE", "/v1/chat/completions", "POST")]
    [InlineData("DELETE", "/v1/models/x", "GET")]
    [InlineData("POST", "/v1/models", "GET")]
    [InlineData("HEAD", "/health", "GET")]
    public async Task A16_Another_method_is_answered_with_the_ones_that_are_allowed(string method, string path, string allowed)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var response = await server.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal([allowed], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A16_No_answer_lets_another_origin_read_it()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        foreach (var path in new[] { "/", "/health", "/v1/models", "/metrics" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Origin", "https://evil.example");
            using var response = await server.SendAsync(request);
            Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    public async Task A17_Without_keys_only_loopback_names_are_answered(string host)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = host;
        Assert.Equal(421, (await StatusAndCodeAsync(server, request)).Status);

        request.Headers.Host = "localhost:8080";
        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        again.Headers.Host = "localhost:8080";
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task B10_A_query_string_is_refused_so_no_key_is_ever_taken_from_one()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.Both);
        using var withKeyInQuery = await server.Http.GetAsync($"/v1/models?api_key={Keys.Api}");
        Assert.Equal(HttpStatusCode.Unauthorized, withKeyInQuery.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models?x=1") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Api) } };
        Assert.Equal(400, (await StatusAndCodeAsync(server, request)).Status);
    }

    [Theory]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost : localhost\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("nonsense\r\n\r\n", 400)]
    public async Task A1_A3_A_malformed_message_is_refused_and_the_connection_closed(string message, int status)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        Assert.Equal(status, RawHttp.StatusOf(await RawHttp.ExchangeAsync(server.Url, message)));
    }

    [Theory]
    [InlineData(101, 10, 431)]
    [InlineData(5, 10_000, 431)]
    public async Task A4_Too_many_or_too_large_headers_are_refused(int count, int length, int status)
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"x-{i}: {new string('a', length)}\r\n"));
        Assert.Equal(status, RawHttp.StatusOf(await RawHttp.ExchangeAsync(server.Url, $"GET /health HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")));
    }

    [Fact]
    public async Task A5_A_request_line_of_nine_kilobytes_is_refused()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        Assert.Equal(414, RawHttp.StatusOf(await RawHttp.ExchangeAsync(server.Url, $"GET /{new string('a', 9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n")));
    }

    private static async Task<(int Status, string? Code)> StatusAndCodeAsync(TestServer server, HttpRequestMessage request)
    {
        using var response = await server.SendAsync(request);
        var error = await TestServer.ErrorAsync(response);
        return (error.Status, error.Code);
    }
}
