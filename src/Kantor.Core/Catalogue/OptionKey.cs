namespace Kantor.Core.Catalogue;

/// <summary>One option of a policy, as people see it. Declared once, beside the record that holds its value.</summary>
/// <param name="name">As it is written.</param>
/// <param name="range">What is right, as it follows "it must be".</param>
/// <param name="help">What it decides.</param>
public abstract class OptionKey(string name, string range, string help)
{
    /// <summary>As it is written: lower case with dashes.</summary>
    public string Name => name;

    /// <summary>What is right, as it follows "it must be".</summary>
    public string Range => range;

    /// <summary>What it decides.</summary>
    public string Help => help;

    /// <summary>The value that holds when nothing is written, as it would be written.</summary>
    public abstract string Usual { get; }

    /// <summary>Whether a text is a right value.</summary>
    public abstract bool Allows(string text);
}

/// <summary>How an option changes the record that holds it.</summary>
/// <typeparam name="TOptions">The options record; its parameterless constructor gives the usual values.</typeparam>
/// <param name="name">As it is written.</param>
/// <param name="range">What is right.</param>
/// <param name="help">What it decides.</param>
/// <param name="read">The value of a record, as it would be written.</param>
/// <param name="with">The record with the value of a text; null when the text is out of range.</param>
public sealed class OptionKey<TOptions>(
    string name, string range, string help, Func<TOptions, string> read, Func<TOptions, string, TOptions?> with) : OptionKey(name, range,
    help)
    where TOptions : class, new()
{
    /// <inheritdoc/>
    public override string Usual => read(new TOptions());

    /// <inheritdoc/>
    public override bool Allows(string text) => with(new TOptions(), text) is not null;

    /// <summary>The value of a record, as it would be written.</summary>
    public string Read(TOptions options) => read(options);

    /// <summary>The record with another value; null when the text is out of range.</summary>
    public TOptions? With(TOptions options, string text) => with(options, text);
}
