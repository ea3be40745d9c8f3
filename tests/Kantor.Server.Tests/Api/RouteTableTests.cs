using System.Net;
using System.Net.Http.Headers;
using Kantor.Server.Callers;
using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;
using Kantor.Server.Http;

namespace Kantor.Server.Tests.Api;

public class RouteTableTests
{
    [Fact]
    public async Task B3_Every_route_and_who_may_use_it_is_listed_here__INV_SRV_4()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        Assert.Equal(
            [
                "Admin GET /admin/config",
                "Admin GET /admin/step-model",
                "Key GET /metrics",
                "Key GET /v1/models",
                "Key GET /v1/models/*",
                "Key POST /detokenize",
                "Key POST /tokenize",
                "Key POST /v1/chat/completions",
                "Key POST /v1/completions",
                "Key POST /v1/embeddings",
                "Key POST /v1/messages",
                "Key POST /v1/messages/count_tokens",
                "Key POST /v1/responses",
                "Public GET /",
                "Public GET /health",
                "Public GET /page/chat.css",
                "Public GET /page/chat.js",
                "Public GET /page/icon.svg",
            ],
            server.Server.Routes.Select(route => $"{route.Access} {route.Method} {route.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task B3_What_the_table_says_is_what_the_running_server_does__INV_SRV_4()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.Both);
        foreach (var route in server.Server.Routes)
        {
            Assert.Equal(route.Access is Access.Public, await PassesAsync(server, route, key: null));
            Assert.Equal(route.Access is Access.Public, await PassesAsync(server, route, "sk-wrong-0123456789abcdef"));
            Assert.Equal(route.Access is not Access.Admin, await PassesAsync(server, route, Keys.Api));
            Assert.True(await PassesAsync(server, route, Keys.Admin));
        }
    }

    [Fact]
    public async Task Without_admin_keys_the_admin_routes_are_closed_to_holders_of_an_API_key()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.ApiOnly);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/config") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Api) } };
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic c2stYXBpLTAxMjM0NTY3ODlhYmNkZWY=")]
    [InlineData("Bearer sk-api-0123456789abcde")]
    [InlineData("Bearer sk-api-0123456789abcdef ")]
    [InlineData("Bearer  sk-api-0123456789abcdef")]
    [InlineData("Bearer SK-API-0123456789ABCDEF")]
    [InlineData("Bearer ' OR 1=1; --")]
    [InlineData("Bearer \u00e9\u00e9\u00e9")]
    [InlineData("sk-api-0123456789abcdef")]
    public async Task B1_Every_wrong_key_gets_the_same_answer(string header)
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.ApiOnly);
        using var bare = await server.Http.GetAsync("/v1/models");
        var expected = await bare.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);

        var answer = await RawHttp.ExchangeAsync(server.Url, $"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: {header}\r\nConnection: close\r\n\r\n");
        if (header.Contains(' ', StringComparison.Ordinal) && header.TrimEnd() == $"Bearer {Keys.Api}")
        {
            // HTTP itself takes blanks around a header's value away.
            Assert.Equal(200, RawHttp.StatusOf(answer));
            return;
        }

        Assert.Contains(RawHttp.StatusOf(answer), new[] { 400, 401 });
        if (RawHttp.StatusOf(answer) == 401) Assert.Contains(expected, answer);
    }

    [Fact]
    public async Task B1_A_doubled_or_giant_key_is_refused()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.ApiOnly);
        var twice = await RawHttp.ExchangeAsync(
            server.Url, $"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Api}\r\nAuthorization: Bearer {Keys.Api}\r\nConnection: close\r\n\r\n");
        Assert.Equal(401, RawHttp.StatusOf(twice));
        var giant = await RawHttp.ExchangeAsync(server.Url, $"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {new string('k', 2_000)}\r\nConnection: close\r\n\r\n");
        Assert.Equal(401, RawHttp.StatusOf(giant));
    }

    [Fact]
    public void B11_Build_refuses_to_open_to_others_without_a_key() =>
        Assert.Contains("ApiKeys", Assert.Throws<ArgumentException>(() => KantorServer.Build(new ServerOptions { Host = "0.0.0.0" }, new EngineEndpoint(new HandEngine()))).Message);

    private static async Task<bool> PassesAsync(TestServer server, ApiRoute route, string? key)
    {
        var path = route.Path.Replace("*", "x", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), path);
        if (route.Method == "POST") request.Content = TestServer.Json("{}");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await server.SendAsync(request);
        return response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
    }
}
