using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// Gate-and-route, the part of one replica: prompts of a class start only as fast as keeps them, in the mean, within the share of the
/// replica's time that the most profitable steady state gives the class (arXiv 2602.02987; research notes, theory 3.12).
/// </summary>
/// <remarks>
/// <para>The source holds the prompts of a class that are computed on n GPUs below n·x*. One replica has only part of one, so here the
/// occupancy is held in the mean over steps, by the tokens that start. Decodes go first in every step, so none waits: on one replica that
/// is all of the routing half. Sending decodes to replicas that compute no prompt first is a router's, and left to the fleet.</para>
/// <para>Rates, lengths and the places that memory has are the means so far. Where no class is worth anything, all are alike. The source's
/// customers leave when they lose patience; here who loses it starts, as does the oldest on an idle replica.</para>
/// </remarks>
public sealed class GatePlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "prompts of a class start no faster than the most profitable steady state has them; the routing half is the fleet's",
        "arXiv 2602.02987, its gate")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "classes, Poisson arrivals, patience, n GPUs of two step times, decodes routed to those without a prompt first",
        Guarantee = "with the routing half, the most revenue as n grows; nothing for one replica",
        Information = LengthInformation.Class,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r + k·admitted + log n), k classes; k log k each solve-steps",
    };

    private readonly GateOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public GatePlanner(GateOptions? options = null)
        : base(PolicySpec.Of("gate-and-route", GateOptions.Keys, options ?? new GateOptions()).ToString(), new OrderRules())
    {
        _options = options ?? new GateOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new GateState();

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        ((GateState)memory).Enter(view, row);
        return memory.ArrivalOf(row);
    }

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => true;

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var gates = (GateState)memory;
        if (gates.Step >= gates.SolveStep || gates.SolvedClasses < gates.Classes.Length) SetGates(view, gates);
        if (!TryAdmitUngated(view, gates, plan, ref budget)) return;
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && NextOpen(view, gates) is { } next)
        {
            if (!TryAdmit(view, gates, plan, ref budget, next.Row)) return;
            Started(view, gates, next.Row);
        }

        if (view.Running.IsEmpty && plan.Grants.IsEmpty) AdmitOldest(view, gates, plan, ref budget);
    }

    /// <summary>Who was preempted has passed the gate before, who waited for too long does not ask; false when one does not fit.</summary>
    private bool TryAdmitUngated(in BatchView view, GateState gates, BatchPlan plan, ref PlanBudget budget)
    {
        gates.Queue.StartReading();
        while (gates.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row)) continue;
            var isPreempted = gates.KeyOf(row) == SortKey.First;
            if (!isPreempted && view.NowUs - view.ArrivalUs[row] < _options.PatienceMs * 1000L) return true;
            if (!TryAdmit(view, gates, plan, ref budget, row)) return false;
            Started(view, gates, row);
            gates.Queue.StartReading();
        }

        return true;
    }

    /// <summary>The oldest of those whose gates are open.</summary>
    private static (int Row, long Arrival)? NextOpen(in BatchView view, GateState gates)
    {
        (int Row, long Arrival)? next = null;
        for (var number = 0; number < gates.Classes.Length; number++)
        {
            ref var gate = ref gates.Gates[number];
            if (gate is { TokensPerStep: 0 } || (gate.TokensPerStep is not null && gate.OpenFrom >= gates.Step + 1)) continue;
            var queue = gates.Classes[number].Queue;
            queue.StartReading();
            if (!queue.TryRead(out var row)) continue;
            if (next is null || gates.ArrivalOf(row) < next.Value.Arrival) next = (row, gates.ArrivalOf(row));
        }

        return next;
    }

    /// <summary>
    /// The row leaves the queues at once, because they are read from their fronts again, and its gate closes for as long as its tokens take
    /// at the gate's rate; time in which nobody came is not kept. Who was preempted has paid before.
    /// </summary>
    private static void Started(in BatchView view, GateState gates, int row)
    {
        gates.Queue.Remove(row);
        gates.ClassOf(view.Classes[row]).Queue.Remove(row);
        if (view.Preemptions[row] > 0) return;
        ref var gate = ref gates.Gates[view.Classes[row]];
        var missing = view.UncachedTokens(row);
        (gate.Starts, gate.StartedTokens) = (gate.Starts + 1, gate.StartedTokens + missing);
        if (gate.TokensPerStep is not > 0) return;
        gate.OpenFrom = Math.Max(gate.OpenFrom, gates.Step) + (missing / gate.TokensPerStep.Value);
    }

    private void AdmitOldest(in BatchView view, GateState gates, BatchPlan plan, ref PlanBudget budget)
    {
        gates.Queue.StartReading();
        while (gates.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row)) continue;
            if (TryAdmit(view, gates, plan, ref budget, row)) Started(view, gates, row);
            return;
        }
    }

    private void SetGates(in BatchView view, GateState gates)
    {
        gates.HoldClasses();
        (gates.SolveStep, gates.SolvedClasses) = (gates.Step + _options.SolveSteps, gates.Classes.Length);
        var model = Model(view, gates);
        var isWorth = IsWorthAnything(view, gates);
        for (var number = 0; number < gates.Classes.Length; number++)
        {
            gates.Flows[number] = Flow(view, gates, model, number, isWorth ? ClassOf(view, number).Value : 1);
        }

        gates.Program.Solve(gates.Flows, gates.Served);
        OpenGates(gates, model);
    }

    private void OpenGates(GateState gates, in GateModel model)
    {
        var mixedShare = 0.0;
        for (var number = 0; number < gates.Classes.Length; number++) mixedShare += gates.Served[number] * gates.Flows[number].PromptUs;
        for (var number = 0; number < gates.Classes.Length; number++)
        {
            ref readonly var flow = ref gates.Flows[number];
            var tokens = (1 + _options.Headroom) * model.ChunkTokens * model.StepsOf(gates.Served[number] * flow.PromptUs, mixedShare);
            gates.Gates[number].TokensPerStep = gates.Served[number] < flow.Rate ? tokens : null;
        }
    }

    /// <summary>What is known of a class so far.</summary>
    private GateProgram.Flow Flow(in BatchView view, GateState gates, in GateModel model, int number, double value)
    {
        var of = gates.Classes[number];
        var elapsedUs = Math.Max(1.0, view.NowUs - (gates.FirstUs ?? view.NowUs));
        var count = Math.Max(1.0, of.Count);
        var (prompt, output) = (Math.Max(1, of.InputSum / count), of.OutputSum / count);
        var revenue = _options.Pricing == GatePricing.Answers ? value : value * (prompt + output);
        ref readonly var gate = ref gates.Gates[number];
        if (gate.Starts > 0) prompt = Math.Max(1, gate.StartedTokens / gate.Starts);
        // One arrival alone is no rate yet.
        return new((count - 1) / elapsedUs, revenue, model.PromptUs(prompt), model.PlacesUs(prompt, output));
    }

    private static bool IsWorthAnything(in BatchView view, GateState gates)
    {
        for (var number = 0; number < gates.Classes.Length; number++)
        {
            if (gates.Classes[number].Count > 0 && ClassOf(view, number).Value > 0) return true;
        }

        return false;
    }

    private static ServiceClass ClassOf(in BatchView view, int number) => view.ServiceClasses[new ClassId(number)];

    /// <summary>As many places as run and as the pool has for whole requests of the mean lengths so far.</summary>
    private static GateModel Model(in BatchView view, GateState gates)
    {
        var (prompt, answer) = MeanLengths(gates);
        var poolTokens = (double)view.KvBlocksTotal * view.BlockSizeTokens;
        var places = (int)Math.Clamp(poolTokens / Math.Max(1, prompt + answer), 1, view.Limits.RunningMax);
        var chunk = Math.Max(1, view.Limits.StepTokensMax - places + 1);
        var context = prompt + (answer / 2);
        var decodes = new StepLoad(0, places - 1, (long)((places - 1) * context), 0);
        var mixedUs = view.StepTime.StepUs(decodes.With(chunk, 0, isDecode: false));
        var soloUs = view.StepTime.StepUs(decodes.With(1, (int)context, isDecode: true));
        return new(places, chunk, mixedUs, soloUs);
    }

    private static (double Prompt, double Answer) MeanLengths(GateState gates)
    {
        var (count, input, output) = (0L, 0.0, 0.0);
        foreach (var of in gates.Classes) (count, input, output) = (count + of.Count, input + of.InputSum, output + of.OutputSum);
        return (input / Math.Max(1, count), output / Math.Max(1, count));
    }
}
