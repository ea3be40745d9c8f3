using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;

namespace Kantor.Core.Replica;

/// <summary>
/// Asks the policy for a plan and checks it. Whatever is wrong with it is contained: <see cref="FcfsPlanner"/> plans that step.
/// </summary>
internal sealed class PlanDesk(ReplicaBooks books)
{
    // It remembers nothing, so all schedulers share its state and nothing is told to it.
    private static readonly FcfsPlanner Fallback = new();
    private static readonly PolicyState FallbackState = Fallback.NewState();

    private readonly PlanValidator _validator = new();
    private readonly HoldWatch _holds = new(books.Options.HoldUsMax);

    /// <summary>The plan that was made last.</summary>
    public BatchPlan Plan { get; } = new();

    /// <summary>Whether the policy made it.</summary>
    public bool IsPolicyPlan { get; private set; }

    /// <summary>What was wrong with the policy's last refused plan; null when none was refused.</summary>
    public string? LastFault { get; private set; }

    /// <summary>Until when the policy holds, at the latest; null when it does not.</summary>
    public long? HeldUntilUs => IsPolicyPlan && Plan.HoldsUntilUs is not null ? _holds.UntilUs(Plan) : null;

    /// <summary>The policy's plan, or the fallback's when it is faulty.</summary>
    public BatchPlan Make(in BatchView view)
    {
        Plan.Clear();
        IsPolicyPlan = true;
        if (FaultOfPolicy(view) is not { } fault) return Plan;
        books.Counters.PlansRefused++;
        LastFault = fault;
        return MakeFallback(view);
    }

    public BatchPlan MakeFallback(in BatchView view)
    {
        Plan.Clear();
        IsPolicyPlan = false;
        Fallback.Plan(view, FallbackState, Plan);
        return Plan;
    }

    private string? FaultOfPolicy(in BatchView view)
    {
        var planner = books.Options.Planner;
        try
        {
            planner.Plan(view, books.PlannerState, Plan);
        }
#pragma warning disable CA1031 // A policy may be anybody's code: whatever it throws is contained here and reported.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{planner.Name} threw {exception.GetType().Name}: {exception.Message}";
        }

        return _validator.FindFault(view, Plan) ?? FaultOfIdling(view);
    }

    private string? FaultOfIdling(in BatchView view)
    {
        if (!_holds.TryNote(Plan, view.NowUs)) return $"{books.Options.Planner.Name} held for longer than {books.Options.HoldUsMax} us";
        var mayIdle = Plan.HoldsUntilUs is not null || books.Places.ParkedCount > 0;
        return Plan.IsEmpty && !mayIdle
            ? $"{books.Options.Planner.Name} planned nothing while {view.Running.Length} run and {view.Waiting.Length} wait"
            : null;
    }
}
