using Kantor.Core.Batching;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Testing.Laws;

/// <summary>
/// The laws that every batch planner must keep, and those that bind whoever promises them. A planner is judged by what it does to a whole
/// replica: many random workloads on tight pools, each by a seed that the message names.
/// </summary>
public static class PlannerLaws
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlannerLaw> All { get; } =
    [
        new(
            "INV-RUN-1",
            "every request ends exactly once with all its tokens, and no plan is refused",
            PolicyPromises.None,
            ConservationLaws.EveryRequestEndsOnce),
        new("INV-RUN-2", "no plan promises memory that is not there", PolicyPromises.None, ConservationLaws.NoPlanPromisesTooMuch),
        new("INV-RUN-3", "the same work gives the same steps", PolicyPromises.None, DeterminismLaws.SameWorkGivesSameSteps),
        new(
            "INV-RUN-5",
            "when all need a block in the same step, somebody gives way and all go on",
            PolicyPromises.None,
            planner => ProgressLaws.SomebodyGivesWay(planner)),
        new(
            "INV-RUN-6",
            "a request that never fits is refused at once and the queue moves on",
            PolicyPromises.None,
            ProgressLaws.TheImpossibleIsRefused),
        new(
            "INV-RUN-7",
            "a request cancelled at any moment is gone, its memory free, its neighbours untouched",
            PolicyPromises.None,
            ConservationLaws.TheCancelledAreGone),
        new(
            "INV-RUN-8",
            "a step that failed is planned again and loses nothing",
            PolicyPromises.None,
            ConservationLaws.AFailedStepLosesNothing),
        new(
            "INV-RUN-13",
            "repeating a step leaves the books that as many rounds leave",
            PolicyPromises.None,
            planner => RepeatingLaws.RepeatedIsStepped(planner)),
        new("INV-RUN-16", "replicas may share a planner", PolicyPromises.None, DeterminismLaws.ReplicasMayShareIt),
        new(
            "INV-RUN-10",
            "a step allocates nothing once its buffers have grown",
            PolicyPromises.AllocatesNothing,
            AllocationLaws.AStepAllocatesNothing),
        new(
            "INV-RUN-17",
            "while the batch only decodes and nobody waits, the plan repeats itself",
            PolicyPromises.RepeatsSteps,
            RepeatingLaws.DecodesRepeat),
    ];

    /// <summary>The laws that a planner with these promises breaks, each with what was found; empty when it keeps them all.</summary>
    public static IReadOnlyList<string> Broken(IBatchPlanner planner, PolicyPromises promises) =>
        [.. All.Where(law => law.Binds(promises)).Select(law => Finding(law, planner)).OfType<string>()];

    /// <summary>Throws when the planner breaks a law that binds it.</summary>
    /// <exception cref="LawBrokenException">All that it breaks, one a line.</exception>
    public static void Check(IBatchPlanner planner, PolicyPromises promises)
    {
        ArgumentNullException.ThrowIfNull(planner);
        var broken = Broken(planner, promises);
        if (broken.Count > 0) throw new LawBrokenException($"{planner.Name} breaks {broken.Count} laws:\n{string.Join('\n', broken)}");
    }

    /// <summary>
    /// The same for a planner of a shelf, by what its entry promises; with other options than the usual ones when they are written.
    /// </summary>
    /// <exception cref="LawBrokenException">All that it breaks, one a line.</exception>
    public static void Check(PolicyEntry<IBatchPlanner> entry, params PolicyOption[] options)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Check(entry.Make(PolicySpec.Of(entry.Name, options)), entry.Card.Promises);
    }

    private static string? Finding(PlannerLaw law, IBatchPlanner planner)
    {
        try
        {
            law.Check(planner);
            return null;
        }
        catch (LawBrokenException broken)
        {
            return $"{law.Id} ({law.Says}): {broken.Message}";
        }
        catch (Exception thrown)
        {
            return $"{law.Id} ({law.Says}): threw {thrown.GetType().Name}: {thrown.Message}";
        }
    }
}
