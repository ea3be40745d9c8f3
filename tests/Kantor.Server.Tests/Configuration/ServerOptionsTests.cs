using Kantor.Server.Configuration;
using Kantor.Server.Endpoints;
using Microsoft.Extensions.Configuration;

namespace Kantor.Server.Tests.Configuration;

public class ServerOptionsTests
{
    private const string Key = "sk-0123456789abcdef";

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.168.1.5")]
    [InlineData("10.0.0.1")]
    public void B11_An_address_that_others_can_reach_needs_a_key__INV_SRV_3(string host)
    {
        var error = Assert.Single(new ServerOptions { Host = host }.Validate());
        Assert.Contains("ApiKeys", error);
        Assert.Contains(host, error);
        Assert.Empty(new ServerOptions { Host = host, ApiKeys = [Key] }.Validate());
        Assert.Single(new ServerOptions { Host = host, AdminKeys = [Key] }.Validate());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void B11_On_loopback_no_key_is_needed(string host) => Assert.Empty(new ServerOptions { Host = host }.Validate());

    [Fact]
    public void B11_A_server_with_wrong_options_is_not_built_and_says_everything_at_once()
    {
        var wrong = new ServerOptions { Host = "0.0.0.0", Port = 70_000, ApiKeys = [], AdminKeys = ["short"], StallTimeoutMs = 0 };
        var error = Assert.Throws<ArgumentException>(() => KantorServer.Build(wrong, new EngineEndpoint(new HandEngine())));
        Assert.All(["ApiKeys", "Port", "AdminKeys[0]", "StallTimeoutMs"], name => Assert.Contains(name, error.Message));
    }

    [Fact]
    public void An_error_about_a_key_does_not_repeat_it() =>
        Assert.DoesNotContain("s3cret", new ServerOptions { ApiKeys = ["s3cret"] }.Validate()[0]);

    [Theory]
    [InlineData("example.com")]
    [InlineData("")]
    [InlineData("127.0.0.1:80")]
    public void A_host_is_an_address_or_localhost(string host) => Assert.Contains("Host", Assert.Single(new ServerOptions { Host = host }.Validate()));

    [Fact]
    public void Settings_are_read_from_their_section_whatever_the_case()
    {
        var options = ServerOptionsReader.TryRead(
            Settings(("Kantor:Server:Host", "0.0.0.0"), ("KANTOR:SERVER:PORT", "9000"), ("Kantor:Server:ApiKeys:0", Key), ("Kantor:Server:Limits:BodyBytesMax", "2048")),
            out var errors);
        Assert.Empty(errors);
        Assert.Equal(("0.0.0.0", 9000, 2048), (options!.Host, options.Port, options.Limits.BodyBytesMax));
        Assert.Equal([Key], options.ApiKeys);
    }

    [Fact]
    public void Without_settings_the_defaults_hold() =>
        Assert.Equal(new ServerOptions(), ServerOptionsReader.TryRead(Settings(), out _));

    [Fact]
    public void Unknown_settings_and_unreadable_values_are_all_reported()
    {
        var options = ServerOptionsReader.TryRead(
            Settings(("Kantor:Server:Prot", "1"), ("Kantor:Server:Port", "eighty"), ("Kantor:Server:Limits:Tokens", "5"), ("Kantor:Server:StallTimeoutMs", "99999999999")), out var errors);
        Assert.Null(options);
        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, error => error.Contains("Prot is not a setting", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Limits:Tokens is not a setting", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Port is 'eighty'", StringComparison.Ordinal));
    }

    private static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
}
