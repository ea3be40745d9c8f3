using Kantor.Core.Catalogue;

namespace Kantor.Cli.Policies;

/// <summary>
/// Policies as they are typed after an option: NAME or NAME:KEY=VALUE, lists apart by ','. What is wrong is said, and never half of it
/// taken.
/// </summary>
internal static class TypedPolicies
{
    /// <summary>How policies are written, for the help of options.</summary>
    public const string Form = "with options as NAME:KEY=VALUE; 'kantor policies' lists them";

    /// <summary>
    /// The policy of a text; null when it is wrong, which is said along with what <paramref name="also"/> would be right.
    /// </summary>
    public static T? One<T>(PolicyShelf<T> shelf, string option, string typed, Action<string> wrong, string also = "")
        where T : class
    {
        if (!typed.Contains(':', StringComparison.Ordinal) && !shelf.Names.Contains(typed))
        {
            wrong($"{option} '{typed}' is not known; known are {string.Join(", ", shelf.Names)}{also}.{shelf.Hint(typed)}");
            return null;
        }

        try
        {
            var spec = PolicySpec.Parse(typed);
            if (shelf.Find(spec.Name).Contradiction(spec) is { HasNoEffect: true } idle)
            {
                Say($"{option}: {spec.Name}:{idle.Key} {idle.What}");
            }

            return shelf.Make(spec);
        }
        catch (ArgumentException fault)
        {
            wrong($"{option}: {Sentence(fault)}");
            return null;
        }
    }

    /// <summary>What an exception says, without the name of the parameter.</summary>
    public static string Sentence(ArgumentException fault) =>
        fault.ParamName is { } name ? fault.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : fault.Message;

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
