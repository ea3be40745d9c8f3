namespace Kantor.Core.Catalogue;

/// <summary>A policy of a shelf: what it is, where it comes from, which options it has, and how it is made.</summary>
/// <typeparam name="T">The contract of the decision.</typeparam>
public sealed class PolicyEntry<T>
    where T : class
{
    private readonly Func<PolicySpec, T> _make;
    private readonly Func<PolicySpec, OptionFault?> _contradiction;

    internal PolicyEntry(
        string name, IReadOnlyList<OptionKey> options, Func<PolicySpec, T> make, Func<PolicySpec, OptionFault?> contradiction) =>
        (Name, Options, _make, _contradiction) = (name, options, make, contradiction);

    /// <summary>Name of the policy.</summary>
    public string Name { get; }

    /// <summary>What it does, where it comes from, what is proved of it and what it must know.</summary>
    public required PolicyCard Card { get; init; }

    /// <summary>Its options, in the order in which they are listed and applied.</summary>
    public IReadOnlyList<OptionKey> Options { get; }

    /// <summary>An option that has no effect beside the others or contradicts them; null when there is none.</summary>
    public OptionFault? Contradiction(PolicySpec spec) => _contradiction(spec);

    /// <summary>A new policy with these options.</summary>
    /// <exception cref="ArgumentException">An option is unknown, out of range, or contradicts another; the message says what would be
    /// right.</exception>
    public T Make(PolicySpec spec)
    {
        foreach (var option in spec.Options) Check(spec, option);
        if (_contradiction(spec) is { HasNoEffect: false } fault)
        {
            throw new ArgumentException($"{spec.Name}:{fault.Key} {fault.What}", nameof(spec));
        }

        return _make(spec);
    }

    private void Check(PolicySpec spec, PolicyOption option)
    {
        if (Options.FirstOrDefault(key => key.Name == option.Key) is not { } known)
        {
            var names = Options.Count == 0 ? "it has none" : $"known are {string.Join(", ", Options.Select(key => key.Name))}";
            throw new ArgumentException(
                $"{spec.Name} has no option '{option.Key}'; {names}.{Spelling.Hint(option.Key, Options.Select(key => key.Name))}",
                nameof(spec));
        }

        if (!known.Allows(option.Text))
        {
            throw new ArgumentException($"{spec.Name}:{option.Key} is '{option.Text}'; it must be {known.Range}.", nameof(spec));
        }
    }
}

/// <summary>An option that is wrong beside the others.</summary>
/// <param name="Key">The option.</param>
/// <param name="What">What is wrong, as it follows the option's name.</param>
/// <param name="HasNoEffect">Whether it merely changes nothing: said to whoever wrote it, and no reason to refuse the policy.</param>
public sealed record OptionFault(string Key, string What, bool HasNoEffect = false);

/// <summary>Makes the entries of shelves.</summary>
public static class PolicyEntry
{
    /// <summary>A policy without options.</summary>
    public static PolicyEntry<T> Of<T>(string name, string help, string source, Func<T> make)
        where T : class => Of(name, new PolicyCard(help, source), make);

    /// <summary>A policy without options, with all that is to be said of it.</summary>
    public static PolicyEntry<T> Of<T>(string name, PolicyCard card, Func<T> make)
        where T : class => new(name, [], _ => make(), _ => null) { Card = card };

    /// <summary>A policy with options.</summary>
    /// <inheritdoc cref="Of{T, TOptions}(string, PolicyCard, IReadOnlyList{OptionKey{TOptions}}, Func{TOptions, T},
    /// Func{TOptions, PolicySpec, OptionFault})"/>
    public static PolicyEntry<T> Of<T, TOptions>(
        string name,
        string help,
        string source,
        IReadOnlyList<OptionKey<TOptions>> keys,
        Func<TOptions, T> make,
        Func<TOptions, PolicySpec, OptionFault?>? contradiction = null)
        where T : class
        where TOptions : class, new() => Of(name, new PolicyCard(help, source), keys, make, contradiction);

    /// <summary>A policy with options, with all that is to be said of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="card">What is to be said of it.</param>
    /// <param name="keys">Its options; those that are written are applied in this order.</param>
    /// <param name="make">The policy of an options record.</param>
    /// <param name="contradiction">Which option has no effect or contradicts others, given the record and what was written; null for
    /// none.</param>
    public static PolicyEntry<T> Of<T, TOptions>(
        string name,
        PolicyCard card,
        IReadOnlyList<OptionKey<TOptions>> keys,
        Func<TOptions, T> make,
        Func<TOptions, PolicySpec, OptionFault?>? contradiction = null)
        where T : class
        where TOptions : class, new() =>
        new(name, [.. keys], spec => make(Bind(keys, spec)), spec => contradiction?.Invoke(Bind(keys, spec), spec))
        {
            Card = card,
        };

    private static TOptions Bind<TOptions>(IReadOnlyList<OptionKey<TOptions>> keys, PolicySpec spec)
        where TOptions : class, new()
    {
        var options = new TOptions();
        foreach (var key in keys)
        {
            foreach (var written in spec.Options)
            {
                if (written.Key == key.Name) options = key.With(options, written.Text) ?? options;
            }
        }

        return options;
    }
}
