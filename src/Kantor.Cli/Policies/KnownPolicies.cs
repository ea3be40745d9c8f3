using Kantor.Core;

namespace Kantor.Cli.Policies;

/// <summary>
/// The policies that this process knows: the catalogue's, and those of the assemblies that were named on the command line.
/// </summary>
internal static class KnownPolicies
{
    private static readonly HashSet<string> Loaded = new(StringComparer.Ordinal);

    /// <summary>The shelves; they grow only while a command line is read.</summary>
    public static PolicyShelves Shelves { get; } = PolicyCatalogue.NewShelves();

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
}
