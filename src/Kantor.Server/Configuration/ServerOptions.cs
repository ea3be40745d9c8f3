using System.Net;
using Kantor.OpenAi.Requests;

namespace Kantor.Server.Configuration;

/// <summary>Where the server listens, who may call it, and how much a caller may ask of it.</summary>
public sealed record ServerOptions
{
    /// <summary>IP address to listen on, or <c>localhost</c>. An address that others can reach needs <see cref="ApiKeys"/>.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port, 0 to 65535; 0 takes any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Keys that may use the model (<c>Authorization: Bearer KEY</c>); none leaves it open to everybody on this machine.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Customers with keys of their own; <see cref="ApiKeys"/> belong to a tenant without a name.</summary>
    public IReadOnlyList<TenantOptions> Tenants { get; init; } = [];

    /// <summary>Keys that may also use <c>/admin</c>. When there are only <see cref="ApiKeys"/>, <c>/admin</c> is closed.</summary>
    public IReadOnlyList<string> AdminKeys { get; init; } = [];

    /// <summary>How long one write to a client may take before the connection is cut, in milliseconds, 1 to 3,600,000.</summary>
    public int StallTimeoutMs { get; init; } = 30_000;

    /// <summary>How long requests in progress may go on after the signal to stop, in milliseconds, 0 to 3,600,000.</summary>
    public int DrainTimeoutMs { get; init; } = 20_000;

    /// <summary>Connections at the same time, 1 to 100,000; further ones are closed at once.</summary>
    public int ConnectionsMax { get; init; } = 1_024;

    /// <summary>Limits of one request.</summary>
    public RequestLimits Limits { get; init; } = new();

    /// <summary>Everything that is wrong, one sentence each, naming the setting; empty when the server can be built.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!TryAddress(out var address)) errors.Add($"Host is '{Host}'; it must be an IP address or localhost.");
        else if (!IPAddress.IsLoopback(address) && !HasKeys)
            errors.Add($"Host is {Host}, which others can reach, and ApiKeys is empty; set an API key, or listen on 127.0.0.1.");
        InRange(errors, nameof(Port), Port, 0, 65_535);
        InRange(errors, nameof(StallTimeoutMs), StallTimeoutMs, 1, 3_600_000);
        InRange(errors, nameof(DrainTimeoutMs), DrainTimeoutMs, 0, 3_600_000);
        InRange(errors, nameof(ConnectionsMax), ConnectionsMax, 1, 100_000);
        CheckKeys(errors, nameof(ApiKeys), ApiKeys);
        CheckKeys(errors, nameof(AdminKeys), AdminKeys);
        for (var index = 0; index < Tenants.Count; index++) Tenants[index].Validate(errors, index);
        CheckTenants(errors);
        InRange(errors, "Limits.BodyBytesMax", Limits.BodyBytesMax, 1_024, 256 * 1024 * 1024);
        InRange(errors, "Limits.MessagesMax", Limits.MessagesMax, 1, 1_000_000);
        InRange(errors, "Limits.PartsMax", Limits.PartsMax, 1, 1_000_000);
        InRange(errors, "Limits.PromptsMax", Limits.PromptsMax, 1, 2_048);
        InRange(errors, "Limits.ChoicesMax", Limits.ChoicesMax, 1, 128);
        InRange(errors, "Limits.StopsMax", Limits.StopsMax, 1, 16);
        InRange(errors, "Limits.StopCharsMax", Limits.StopCharsMax, 1, 65_536);
        InRange(errors, "Limits.BiasMax", Limits.BiasMax, 1, 4_096);
        InRange(errors, "Limits.TopLogprobsMax", Limits.TopLogprobsMax, 0, 20);
        InRange(errors, "Limits.PromptBytesPerTokenMax", Limits.PromptBytesPerTokenMax, 1, 1_024);
        InRange(errors, "Limits.CostTokensMax", Limits.CostTokensMax, 1, 1L << 40);
        return errors;
    }

    /// <summary>Whether a key is needed to use the model.</summary>
    internal bool HasKeys => ApiKeys.Count > 0 || Tenants.Any(tenant => tenant.ApiKeys.Count > 0);

    /// <summary>Names are not repeated by twos, and a key says who its holder is.</summary>
    private void CheckTenants(List<string> errors)
    {
        foreach (var twice in Tenants.GroupBy(tenant => tenant.Name, StringComparer.Ordinal).Where(same => same.Count() > 1))
            errors.Add($"Tenants has '{twice.Key}' {twice.Count()} times; names differ.");
        var keys = ApiKeys.Distinct(StringComparer.Ordinal).Concat(Tenants.SelectMany(tenant => tenant.ApiKeys)).ToArray();
        if (keys.Distinct(StringComparer.Ordinal).Count() < keys.Length)
        {
            errors.Add("Tenants: a key is there twice; every key belongs to one tenant.");
        }
    }

    internal bool TryAddress(out IPAddress address)
    {
        address = IPAddress.Loopback;
        if (string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(Host, out var parsed)) return false;
        address = parsed;
        return true;
    }

    private static void InRange(List<string> errors, string name, long value, long min, long max)
    {
        if (value < min || value > max) errors.Add($"{name} is {value}; it must be {min} to {max}.");
    }

    /// <summary>The message never repeats a key.</summary>
    internal static void CheckKeys(List<string> errors, string name, IReadOnlyList<string> keys)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Length is < 16 or > 512 || keys[i].Any(c => c is <= ' ' or > '~'))
                errors.Add($"{name}[{i}] must be 16 to 512 printable ASCII characters without spaces.");
        }
    }
}
