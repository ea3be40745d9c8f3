using System.Globalization;
using System.Text;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;

namespace Kantor.Engine.Tests.Acceptance;

/// <summary>A policy that writes down what it saw and what it planned; everything else is the policy inside.</summary>
internal sealed class PlanRecorder(IBatchPlanner inner) : IBatchPlanner
{
    public List<string> Steps { get; } = [];

    public string Name => inner.Name;

    public PolicyState NewState() => inner.NewState();

    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        inner.Plan(view, state, plan);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"t={view.NowUs} free={view.KvBlocksAvailable}/{view.KvBlocksTotal} run:");
        foreach (var row in view.Running) Describe(text, view, row);
        text.Append(" wait:");
        foreach (var row in view.Waiting) Describe(text, view, row);
        text.Append(" => preempt ").AppendJoin(',', plan.Preemptions.ToArray());
        text.Append(" grant ").AppendJoin(',', plan.Grants.ToArray().Select(grant => $"{grant.Row}:{grant.Tokens}/{grant.ReserveTokens}"));
        if (plan.HoldsUntilUs is { } untilUs) text.Append(CultureInfo.InvariantCulture, $" hold {untilUs}");
        Steps.Add(text.ToString());
    }

    private static void Describe(StringBuilder text, in BatchView view, int row) => text.Append(
        CultureInfo.InvariantCulture,
        $" [{row} id={view.Ids[row]} at={view.ArrivalUs[row]} {view.ComputedTokens[row]}/{view.WantedTokens[row]} out={view.GeneratedTokens[row]}~{view.BelievedOutput(row).MeanTokens} max={view.OutputTokensMax[row]} kv={view.BlocksHeld[row]} lost={view.Preemptions[row]}]");
}
