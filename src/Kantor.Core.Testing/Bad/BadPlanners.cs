using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Testing.Bad;

/// <summary>Planners that are wrong on purpose, each in one way: what laws are tried on, and hosts that must contain them.</summary>
public static class BadPlanners
{
    /// <summary>Throws in every step, after it has begun a plan.</summary>
    public static IBatchPlanner Throwing { get; } = new Scripted("throwing", (view, plan) =>
    {
        plan.AddPreemption(view.Waiting.IsEmpty ? 0 : view.Waiting[0]);
        throw new InvalidOperationException("no idea");
    });

    /// <summary>Plans nothing and does not say that it holds.</summary>
    public static IBatchPlanner Silent { get; } = new Scripted("silent", (_, _) => { });

    /// <summary>Grants a row more tokens than there are.</summary>
    public static IBatchPlanner Greedy { get; } = new Scripted("greedy", (_, plan) => plan.AddGrant(0, int.MaxValue));

    /// <summary>Refuses whoever waits.</summary>
    public static IBatchPlanner Refusing { get; } = new Scripted("refusing", (view, plan) =>
    {
        if (!view.Waiting.IsEmpty) plan.AddRefusal(view.Waiting[0], RequestOutcome.RefusedByPolicy);
        else Fcfs(view, plan);
    });

    /// <summary>Admits a request for one token and preempts it in the next step, for ever.</summary>
    public static IBatchPlanner Thrashing { get; } = new Scripted("thrashing", (view, plan) =>
    {
        if (view.Running.IsEmpty) plan.AddGrant(view.Waiting[0], 1);
        else plan.AddPreemption(view.Running[0]);
    });

    /// <summary>Grants everybody everything without looking at what is left.</summary>
    public static IBatchPlanner Overcommitting { get; } = new Scripted("overcommitting", (view, plan) =>
    {
        foreach (var row in view.Running) plan.AddGrant(row, view.MissingTokens(row));
        foreach (var row in view.Waiting) plan.AddGrant(row, view.MissingTokens(row) - view.CachedPrefix(row).Tokens);
    });

    /// <summary>As first come, first served, with an array in every step.</summary>
    public static IBatchPlanner Allocating { get; } = new Scripted("allocating", (view, plan) =>
    {
        _ = view.Running.ToArray();
        Fcfs(view, plan);
    });

    /// <summary>Random rows, tokens and reservations, most of which do not exist.</summary>
    public static IBatchPlanner Nonsense() => new NonsensePlanner();

    /// <summary>Remembers in the planner itself, and not in its state, how often it was asked.</summary>
    public static IBatchPlanner Remembering() => new RememberingPlanner();

    /// <summary>As another, but it promises that every plan repeats itself for ever.</summary>
    public static IBatchPlanner Overpromising(IBatchPlanner planner) => new OverpromisingPlanner(planner);

    private static void Fcfs(in BatchView view, BatchPlan plan) => new FcfsPlanner().Plan(view, new PolicyState(), plan);

    private sealed class NonsensePlanner : IBatchPlanner
    {
        private readonly RandomStream _random = new(9, "nonsense");

        public string Name => "nonsense";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            for (var i = _random.NextInt(4); i >= 0; i--)
            {
                plan.AddGrant(_random.NextInt(20) - 5, _random.NextInt(100) - 20, _random.NextInt(200) - 20);
                if (_random.NextInt(2) == 0) plan.AddPreemption(_random.NextInt(20) - 5);
            }

            if (_random.NextInt(3) == 0) plan.AddGrant(int.MaxValue, int.MaxValue, int.MaxValue);
            if (_random.NextInt(3) == 0) plan.AddRefusal(int.MinValue, RequestOutcome.Stopped);
        }
    }

    private sealed class RememberingPlanner : IBatchPlanner
    {
        private int _asked;

        public string Name => "remembering";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            // Whoever runs alone computes a single token each seventh time.
            if (++_asked % 7 == 0 && view.Running.Length == 1) plan.AddGrant(view.Running[0], 1);
            else Fcfs(view, plan);
        }
    }

    private sealed class OverpromisingPlanner(IBatchPlanner planner) : IBatchPlanner
    {
        public string Name => "overpromising";

        public PolicyState NewState() => planner.NewState();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => planner.Plan(view, state, plan);

        public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => int.MaxValue;
    }
}
