using Kantor.Cli.Shell;
using Kantor.Core;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;

namespace Kantor.Cli.Policies;

/// <summary>
/// The policies that this process knows: the catalogue's, and those of the assemblies that were named on the command line.
/// </summary>
internal static class KnownPolicies
{
    private static readonly HashSet<string> Loaded = new(StringComparer.Ordinal);

    /// <summary>The shelves; they grow only while a command line is read.</summary>
    public static PolicyShelves Shelves { get; } = NewShelves();

    /// <summary>Adds the policies of assemblies, apart by ','; one that was added before is passed over.</summary>
    /// <exception cref="UsageException">A file is not an assembly with policies, or a name is taken.</exception>
    public static void Add(string? paths)
    {
        foreach (var path in paths?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var full = Path.GetFullPath(path);
            if (Loaded.Contains(full)) continue;
            PolicyAssembly.AddTo(Shelves, full);
            Loaded.Add(full);
        }
    }

    /// <summary>The catalogue's, and the beliefs that only simulations can have.</summary>
    public static PolicyShelves NewShelves()
    {
        var shelves = PolicyCatalogue.NewShelves();
        shelves.Predictors.Add(PolicyEntry.Of(
            "noisy", NoisyOracle.Card, NoisyOracleOptions.Keys,
            ILengthPredictor (NoisyOracleOptions options) => new NoisyOracle(null, options)));
        return shelves;
    }
}
