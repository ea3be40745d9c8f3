namespace Kantor.Simulation.Metrics;

/// <summary>Tokens that all generating requests of a leap get at the same moments, none of them a request's first or last.</summary>
/// <param name="Count">Tokens by request, at least 1.</param>
/// <param name="FirstUs">When the first is there.</param>
/// <param name="LastUs">When the last is there.</param>
/// <param name="GapUsMax">Largest gap between two of them; 0 for one.</param>
internal readonly record struct LeaptTokens(int Count, long FirstUs, long LastUs, long GapUsMax)
{
    /// <summary>A token at each of these moments, of which there is at least one.</summary>
    public static LeaptTokens At(ReadOnlySpan<long> momentsUs)
    {
        var gapUsMax = 0L;
        for (var index = 1; index < momentsUs.Length; index++) gapUsMax = Math.Max(gapUsMax, momentsUs[index] - momentsUs[index - 1]);
        return new LeaptTokens(momentsUs.Length, momentsUs[0], momentsUs[^1], gapUsMax);
    }
}
