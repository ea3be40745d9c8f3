using System.Collections.Concurrent;

namespace Kantor.Hardware.Profiles;

/// <summary>The GPU profiles that ship with the product.</summary>
public static class GpuProfiles
{
    private const string Prefix = "Kantor.Hardware.Profiles.";
    private const string Suffix = ".json";

    // Devices without tables of their own that share the compute die of one that has them: only the memory differs.
    private static readonly (string Name, string Alias, string SameDieAs, double MemoryBytes)[] Siblings =
    [
        ("b300", "b300_sxm", "b200", 268.0 * (1L << 30)),
        ("gb200", "gb200", "b200", 185.0 * (1L << 30)),
    ];

    private static readonly ConcurrentDictionary<string, GpuProfile> Loaded = new(StringComparer.Ordinal);

    /// <summary>Names of all profiles, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(GpuProfiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Concat(Siblings.Select(sibling => sibling.Name))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The profile of a name or alias, or null. Case and what is neither letter nor digit do not matter.</summary>
    public static GpuProfile? TryFind(string name)
    {
        var wanted = Plain(name);
        if (wanted.Length == 0) return null;
        return Names.FirstOrDefault(known => Plain(known) == wanted) is { } named
            ? Load(named)
            : Names.Select(Load).FirstOrDefault(profile => profile.Aliases.Any(alias => Plain(alias) == wanted));
    }

    /// <summary>The profile of a name or alias.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static GpuProfile Find(string name) =>
        TryFind(name) ?? throw new ArgumentException($"No GPU is called '{name}'. Known: {string.Join(", ", Names)}.");

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    private static GpuProfile Load(string name) => Loaded.GetOrAdd(name, static name =>
    {
        foreach (var sibling in Siblings)
        {
            if (sibling.Name != name) continue;
            var die = Load(sibling.SameDieAs);
            return die with
            {
                Name = name,
                Aliases = [sibling.Alias],
                MemoryBytes = sibling.MemoryBytes,
                Origin = $"{die.Origin}; operators of {die.Name}, which has the same memory bandwidth and 16-bit rate",
            };
        }

        using var stream = typeof(GpuProfiles).Assembly.GetManifestResourceStream(Prefix + name + Suffix)
            ?? throw new InvalidOperationException($"The profile '{name}' is not in the assembly.");
        return GpuProfileJson.Read(stream);
    });
}
