using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>
/// No step wastes a part of a tile: a step of decodes alone when as many decode as fill it, or when no prompt can be computed; otherwise a
/// step of whole tiles of prompts, the oldest first (RAD, arXiv 2508.01002, section 4; research notes, theory 3.11). It knows no limits of
/// time: an answer stands still while prompts are computed.
/// </summary>
/// <remarks>
/// The source computes one tile of one prompt in a step and pads each prompt to whole tiles; here prompts share tiles, as the kernels of
/// engines let them, and a step holds as many as it may. When more decode than fill a step, because several prompts were finished at once,
/// the newest stand still. When KV runs out, the newest gives way, where the source takes it that the largest requests fit. Its limit of
/// prompts in a cycle, which it leaves open, is not there.
/// </remarks>
public sealed class RadPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "steps of decodes alone when they fill a tile, else whole tiles of prompts, the oldest first",
        "RAD, arXiv 2508.01002, section 4")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "a step costs its tiles, KV for as many of the largest requests as fill a step, no limits of time",
        Guarantee = "queues stay finite under every load under which those of some policy do",
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(r + admitted)",
    };

    private readonly RadOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public RadPlanner(RadOptions? options = null)
    {
        _options = options ?? new RadOptions();
        _options.Validate();
        Name = PolicySpec.Of("rad", RadOptions.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        var full = Math.Min(_options.Decodes, Math.Min(view.Limits.RunningMax, view.Limits.StepTokensMax));
        if (Decoding(view) < full) PlanPrompts(view, plan, ref budget);
        if (!plan.Grants.IsEmpty) return;
        budget.LimitTokens(full);
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
        // Nothing decodes, and a prompt that is partly computed found no KV.
        if (plan.Grants.IsEmpty) DecodesFirst.Pass(view, plan, ref budget, kept, decoding: false);
    }

    /// <summary>
    /// Without limit when nobody can be admitted anyway, and in a step of decodes: as many go on decoding, and KV only gets scarcer.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.AdmitsNobody(view, plan) || SteadyPlans.CachesNothing(view, plan) ? int.MaxValue : 1;

    private static int Decoding(in BatchView view)
    {
        var decoding = 0;
        foreach (var row in view.Running)
        {
            if (view.IsDecoding(row)) decoding++;
        }

        return decoding;
    }

    /// <summary>Whole tiles of prompts, the partly computed ones first; less only when there are no more.</summary>
    private void PlanPrompts(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        var most = view.Limits.StepTokensMax;
        var tokensLeft = most < _options.Tile ? most : most - (most % _options.Tile);
        foreach (var row in view.Running)
        {
            var tokens = Math.Min(view.MissingTokens(row), tokensLeft);
            if (tokens == 0 || view.IsDecoding(row) || !budget.TryTakeRunning(row, tokens)) continue;
            plan.AddGrant(row, tokens);
            tokensLeft -= tokens;
        }

        foreach (var row in view.Waiting)
        {
            if (tokensLeft == 0) return;
            var (wanted, hit) = (view.WantedTokens[row], view.CachedPrefix(row));
            var margin = WholePrompts.MarginBlocks(view, plan, _options.Watermark);
            if (budget.BlocksToAdmit(wanted, hit) + margin > budget.BlocksLeft) return;
            var tokens = Math.Min(wanted - hit.Tokens, tokensLeft);
            if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return;
            plan.AddGrant(row, tokens, wanted);
            tokensLeft -= tokens;
        }
    }
}
