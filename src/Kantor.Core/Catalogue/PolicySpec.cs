namespace Kantor.Core.Catalogue;

/// <summary>
/// A policy as it is written, everywhere: its name and the options that differ from the usual ones, such as
/// <c>svf:backfilling=false:overtakes-max=8</c>. Options are apart by ':' because lists of policies are apart by ','.
/// </summary>
public sealed class PolicySpec
{
    private PolicySpec(string name, IReadOnlyList<PolicyOption> options) => (Name, Options) = (name, options);

    /// <summary>Name of the policy.</summary>
    public string Name { get; }

    /// <summary>Options in the order in which they are written; each key once.</summary>
    public IReadOnlyList<PolicyOption> Options { get; }

    /// <summary>A policy with these options.</summary>
    /// <exception cref="ArgumentException">The name or a key is empty, a key stands twice, or a text holds ':' or ','.</exception>
    public static PolicySpec Of(string name, params IReadOnlyList<PolicyOption> options)
    {
        var spec = new PolicySpec(name, options);
        return spec.Fault() is { } fault ? throw new ArgumentException(fault, nameof(options)) : spec;
    }

    /// <summary>The policy that a text names.</summary>
    /// <exception cref="ArgumentException">The text is not NAME or NAME:KEY=VALUE:KEY=VALUE; the message says where.</exception>
    public static PolicySpec Parse(string text)
    {
        var parts = text.Trim().Split(':');
        return Of(parts[0], [.. parts.Skip(1).Select(part => OptionOf(part, text))]);
    }

    /// <summary>The policies of a list that is apart by ','; empty places do not count.</summary>
    /// <exception cref="ArgumentException">One is not written as <see cref="Parse"/> asks.</exception>
    public static IReadOnlyList<PolicySpec> ParseList(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    /// <summary>
    /// The policy with all options of a record that differ from the usual ones; what its label is, and what makes it again.
    /// </summary>
    public static PolicySpec Of<TOptions>(string name, IReadOnlyList<OptionKey<TOptions>> keys, TOptions options)
        where TOptions : class, new() =>
        new(
            name,
            [.. keys.Select(key => new PolicyOption(key.Name, key.Read(options)))
            .Where((option, index) => option.Text != keys[index].Usual)]);

    /// <summary>Whether the option is written.</summary>
    public bool Has(string key) => Options.Any(option => option.Key == key);

    /// <summary>The text that <see cref="Parse"/> reads back; reports label runs with it.</summary>
    public override string ToString() => string.Concat([Name, .. Options.Select(option => $":{option.Key}={option.Text}")]);

    private static PolicyOption OptionOf(string part, string whole) =>
        part.IndexOf('=', StringComparison.Ordinal) is var at and > 0
            ? new PolicyOption(part[..at], part[(at + 1)..])
            : throw new ArgumentException(
                $"'{part}' of '{whole}' is not KEY=VALUE; a policy is written NAME or NAME:KEY=VALUE:KEY=VALUE.", nameof(part));

    private string? Fault()
    {
        if (Name.Length == 0 || Name.AsSpan().ContainsAny(":,= "))
        {
            return $"'{Name}' is not a policy's name; it holds neither blanks nor ':', ',' or '='.";
        }

        foreach (var option in Options)
        {
            if (option.Key.Length == 0 || option.Key.AsSpan().ContainsAny(":,="))
            {
                return $"'{option.Key}' of '{Name}' is not an option's name.";
            }

            if (option.Text.Length == 0 || option.Text.AsSpan().ContainsAny(":,"))
            {
                return $"{Name}:{option.Key} has the value '{option.Text}'; it is not empty and holds neither ':' nor ','.";
            }

            if (Options.Count(other => other.Key == option.Key) > 1) return $"{Name}:{option.Key} stands twice; leave one of the two.";
        }

        return null;
    }
}

/// <summary>An option of a policy as it is written.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Text">Its value as text.</param>
public readonly record struct PolicyOption(string Key, string Text);
