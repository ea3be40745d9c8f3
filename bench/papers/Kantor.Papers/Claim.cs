using System.Globalization;

namespace Kantor.Papers;

/// <summary>What a paper says of a figure, and between which values ours holds it.</summary>
/// <param name="Said">The paper's own words or number.</param>
/// <param name="Least">Least value that holds the claim; null when there is none.</param>
/// <param name="Most">Greatest value that holds the claim; null when there is none.</param>
internal sealed record Claim(string Said, double? Least, double? Most)
{
    /// <summary>The figure is small, as the paper's is.</summary>
    public static Claim AtMost(double most, string? said = null) => new(said ?? Number(most), null, most);

    /// <summary>The figure is large, as the paper's is.</summary>
    public static Claim AtLeast(double least, string? said = null) => new(said ?? Number(least), least, null);

    /// <summary>The figure lies where the paper's does.</summary>
    public static Claim Between(double least, double most, string? said = null) =>
        new(said ?? $"{Number(least)} to {Number(most)}", least, most);

    /// <summary>The figure is the paper's, as far as it is printed.</summary>
    public static Claim Is(double value, double tolerance, string? said = null) => Between(value - tolerance, value + tolerance, said ?? Number(value));

    /// <summary>The figure stands beside the paper's; nothing is claimed of it here.</summary>
    public static Claim Beside(string said) => new(said, null, null);

    /// <summary>The threshold in words; empty when there is none.</summary>
    public string Threshold => (Least, Most) switch
    {
        ({ } least, { } most) when least == most => $"= {Number(least)}",
        ({ } least, { } most) => $"{Number(least)} to {Number(most)}",
        ({ } least, null) => $"≥ {Number(least)}",
        (null, { } most) => $"≤ {Number(most)}",
        _ => "",
    };

    /// <summary>By how much a value misses the threshold; 0 when it holds, null when there is none.</summary>
    public double? MissedBy(double value)
    {
        if (Least is null && Most is null) return null;
        if (value < Least) return Least - value;
        return value > Most ? value - Most : 0;
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
