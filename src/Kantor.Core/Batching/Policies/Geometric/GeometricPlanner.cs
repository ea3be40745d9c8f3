using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Geometric;

/// <summary>
/// What <see cref="GsaPlanner"/> and <see cref="GbaPlanner"/> share: requests stand by the phase in which they end, phases grow
/// geometrically, and memory is planned for the end of the phase.
/// </summary>
public abstract class GeometricPlanner : LookaheadPlanner
{
    private readonly GeometricOptions _options;

    private protected GeometricPlanner(string name, GeometricOptions options)
        : base(name, new OrderRules { PreemptedFirst = false, AdmitsAfterPreemption = true, Refresh = KeyRefresh.InTurn }, Backfilling.None)
    {
        _options = options;
        options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new GeometricState();

    /// <summary>Total output for which the row's phase is chosen when it is admitted.</summary>
    private protected abstract int TokensToCome(in BatchView view, int row);

    private protected (int Phase, int Tokens) PhaseOf(in BatchView view, int row) => _options.PhaseOf(TokensToCome(view, row));

    private protected sealed override long Key(in BatchView view, OrderedState memory, int row) =>
        SortKey.Of(PhaseOf(view, row).Phase, memory.ArrivalOf(row));

    private protected sealed override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief)
    {
        var end = ((GeometricState)memory).SliceEndOf(row);
        var planned = view.IsRunning(row) && end > view.GeneratedTokens[row] ? end : PhaseOf(view, row).Tokens;
        return Math.Min(planned, view.OutputTokensMax[row]);
    }

    private protected sealed override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        (!_options.Staggers || ((GeometricState)memory).NextStart < memory.Step + 1) && base.Passes(view, memory, budget, candidate);

    private protected sealed override void Admitted(in BatchView view, OrderedState memory, in Candidate candidate)
    {
        base.Admitted(view, memory, candidate);
        var phases = (GeometricState)memory;
        phases.SetSliceEnd(candidate.Row, PhaseOf(view, candidate.Row).Tokens);
        var volume = KvTrapezoid.Volume(view.WantedTokens[candidate.Row], RemainingRounds(view, memory, candidate.Row));
        var poolTokens = (double)view.KvBlocksTotal * view.BlockSizeTokens;
        phases.NextStart = Math.Max(phases.NextStart, memory.Step) + (volume / poolTokens);
    }
}
