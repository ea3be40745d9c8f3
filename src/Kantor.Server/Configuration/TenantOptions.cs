namespace Kantor.Server.Configuration;

/// <summary>
/// A customer with keys of its own. Nothing is cached across tenants, each has its own limit, and a policy with priorities serves them in
/// order.
/// </summary>
public sealed record TenantOptions
{
    /// <summary>Name in logs and messages, 1 to 64 letters, digits, dashes and underscores.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its keys, at least one; no key is anybody else's.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>
    /// Priority of requests that name none, −1,000,000 to 1,000,000; lower goes first. Other than 0 it needs a policy with priorities.
    /// </summary>
    public int Priority { get; init; }

    /// <summary>Most answers that it may have open at the same time, at least 1; null for no limit of its own.</summary>
    public int? AnswersMax { get; init; }

    internal void Validate(List<string> errors, int index)
    {
        var name = $"Tenants[{index}]";
        if (Name.Length is < 1 or > 64 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            errors.Add($"{name}.Name is '{Name}'; it must be 1 to 64 letters, digits, dashes and underscores.");
        if (ApiKeys.Count == 0) errors.Add($"{name}.ApiKeys is empty; a tenant needs a key.");
        if (Priority is < -1_000_000 or > 1_000_000) errors.Add($"{name}.Priority is {Priority}; it must be -1000000 to 1000000.");
        if (AnswersMax is < 1 or > 1_000_000) errors.Add($"{name}.AnswersMax is {AnswersMax}; it must be 1 to 1000000.");
        ServerOptions.CheckKeys(errors, $"{name}.ApiKeys", ApiKeys);
    }
}
