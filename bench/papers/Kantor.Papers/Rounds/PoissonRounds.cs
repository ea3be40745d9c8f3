using Kantor.Core.Randomness;

namespace Kantor.Papers.Rounds;

/// <summary>A Poisson process, cut into rounds.</summary>
internal static class PoissonRounds
{
    /// <summary>The round of each arrival, in order.</summary>
    public static IEnumerable<int> Draw(RandomStream random, double ratePerRound, int rounds)
    {
        for (var at = Gap(random, ratePerRound); at < rounds; at += Gap(random, ratePerRound)) yield return (int)at;
    }

    private static double Gap(RandomStream random, double ratePerRound) => -Math.Log(1 - random.NextDouble()) / ratePerRound;
}
