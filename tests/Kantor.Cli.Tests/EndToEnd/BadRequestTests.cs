using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>Bad requests against the served probe model: each is refused with a 400 that names what is wrong.</summary>
public sealed class BadRequestTests(ProbeServer server)
{
    private const string Hello = """ "model":"kantor-probe","messages":[{"role":"user","content":"Hi"}] """;

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "model")]
    [InlineData("""{"model":"kantor-probe"}""", "messages")]
    [InlineData("""{"model":"kantor-probe","messages":[]}""", "messages")]
    [InlineData("{" + Hello + ""","temperatur":1}""", "temperatur")]
    [InlineData("{" + Hello + ""","temperature":"0.7"}""", "temperature")]
    [InlineData("{" + Hello + ""","temperature":1e999}""", "temperature")]
    [InlineData("{" + Hello + ""","temperature":3}""", "temperature")]
    [InlineData("{" + Hello + ""","top_p":0}""", "top_p")]
    [InlineData("{" + Hello + ""","n":0}""", "n")]
    [InlineData("{" + Hello + ""","n":1.0}""", "n")]
    [InlineData("{" + Hello + ""","max_tokens":0}""", "max_tokens")]
    [InlineData("{" + Hello + ""","max_tokens":5,"max_completion_tokens":6}""", "max_tokens")]
    [InlineData("{" + Hello + ""","max_tokens":100000}""", "max_tokens")]
    [InlineData("{" + Hello + ""","logit_bias":{"999999":1}}""", "logit_bias")]
    [InlineData("{" + Hello + ""","stop":[""]}""", "stop")]
    [InlineData("{" + Hello + ""","response_format":{"type":"xml"}}""", "response_format")]
    [InlineData("{" + Hello + ""","seed":1,"seed":2}""", "seed")]
    [InlineData("""{"model":"kantor-probe","messages":[{"role":"wizard","content":"Hi"}]}""", "messages")]
    public async Task A_bad_request_is_refused_by_name(string body, string field)
    {
        using var http = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await http.PostAsync(new Uri(server.Url, "v1/chat/completions"), content, TestContext.Current.CancellationToken);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request_error", (string?)error["type"]);
        Assert.NotEmpty((string)error["message"]!);
        Assert.StartsWith(field, (string?)error["param"]);
    }
}
