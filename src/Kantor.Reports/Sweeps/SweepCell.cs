using System.Globalization;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Sweeps;

/// <summary>What a cell of a sweep differs in from the others.</summary>
/// <param name="Policy">Batch policy.</param>
/// <param name="Routing">Routing policy.</param>
/// <param name="Replicas">Replicas.</param>
/// <param name="StepTokensMax">Most tokens of a step.</param>
/// <param name="KvTokens">KV pool of a replica in tokens, in whole blocks.</param>
/// <param name="RateScale">Factor on the arrival rate.</param>
/// <param name="Seed">Seed of the arrivals; the cells of a seed see the same requests.</param>
public sealed record SweepPoint(string Policy, string Routing, int Replicas, int StepTokensMax, long KvTokens, double RateScale, ulong Seed)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Policy}, {Routing}, {Replicas} replicas, steps of {StepTokensMax} tokens, {KvTokens} KV tokens, "
            + $"rate scale {RateScale}, seed {Seed}");
}

/// <summary>A finished cell: one simulation.</summary>
/// <param name="Point">Where in the grid.</param>
/// <param name="ArrivalsPerS">Requests per second between the first and the last arrival; null when all come at one time.</param>
/// <param name="Run">Its figures.</param>
public sealed record SweepCell(SweepPoint Point, double? ArrivalsPerS, RunReport Run);

/// <summary>A cell that could not be finished.</summary>
/// <param name="Point">Where in the grid.</param>
/// <param name="Message">Why.</param>
public sealed record SweepFailure(SweepPoint Point, string Message);
