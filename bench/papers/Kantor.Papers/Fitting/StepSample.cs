using Kantor.Core.Replica;
using Kantor.Core.StepTime;
using Kantor.Simulation.Events;

namespace Kantor.Papers.Fitting;

/// <summary>A step that ran: what was in it and how long it took.</summary>
/// <param name="Load">What it computed.</param>
/// <param name="Sequences">Sequences in it, B.</param>
/// <param name="Tokens">Tokens computed, S.</param>
/// <param name="Ms">Its duration.</param>
internal sealed record StepSample(StepLoad Load, int Sequences, int Tokens, double Ms);

/// <summary>Takes every step down.</summary>
internal sealed class StepRecorder : SimulationObserver
{
    public List<StepSample> Steps { get; } = [];

    public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
    {
        var (load, sequences, tokens) = (default(StepLoad), 0, 0);
        foreach (ref readonly var slice in scheduler.Slices)
        {
            load = load.With(slice.Tokens, slice.FromToken, slice.IsDecode);
            (sequences, tokens) = (sequences + 1, tokens + slice.Tokens);
        }

        if (sequences > 0) Steps.Add(new StepSample(load, sequences, tokens, durationUs / 1e3));
    }
}
