using System.Net.Http.Headers;

namespace Kantor.Server.Tests.Api;

public class OperationApiTests
{
    [Fact]
    public async Task The_step_model_is_shown_with_null_for_what_is_not_known_yet()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        var model = System.Text.Json.Nodes.JsonNode.Parse(await server.Http.GetStringAsync("/admin/step-model"))!;
        Assert.Equal((3, 1_000, 0.1), ((int)model["samples"]!, (double)model["fixed_us"]!, (double)model["resident_kv_token_us"]!));
        Assert.Null(model["mean_absolute_error_us"]);
        Assert.Equal(1_234, (double)model["mean_step_us"]!);
    }

    [Fact]
    public async Task The_configuration_is_shown_without_its_keys()
    {
        await using var server = await TestServer.StartAsync(new HandEngine(), Keys.Both);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/config") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Admin) } };
        var text = await (await server.SendAsync(request)).Content.ReadAsStringAsync();
        Assert.Contains("\"api_keys\": 2", text);
        Assert.DoesNotContain("sk-", text);
    }

    [Fact]
    public async Task A_server_whose_engine_failed_is_not_healthy()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await server.Http.GetAsync("/health")).StatusCode);
        engine.Fault = "The kernels are gone.";
        using var response = await server.Http.GetAsync("/health");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.DoesNotContain("kernels", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_page_may_run_nothing_but_its_own_files()
    {
        await using var server = await TestServer.StartAsync(new HandEngine());
        using var response = await server.Http.GetAsync("/");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.DoesNotContain("http", policy);
        var page = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<style", page);
        Assert.DoesNotContain(" on", System.Text.RegularExpressions.Regex.Match(page, @"<[^>]* on\w+=").Value);
    }
}
