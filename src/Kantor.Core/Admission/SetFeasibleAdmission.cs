using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;

namespace Kantor.Core.Admission;

/// <summary>
/// Lets in who can make it together with all that were let in: the set of prompts that are still missing, in order of when their first
/// tokens are due, must all be in time with the newcomer among them. Whether a request is doomed is a question about the set, not about
/// itself.
/// </summary>
/// <remarks>
/// A set of prompts on one machine can be in time if and only if it is in order of when they are due (Jackson, 1955). The endpoints count
/// as one machine that is as many times as fast; the time of a token is that of a full step beside the decodes that run. How much is still
/// missing is read off the endpoints, so that errors of the model do not add up.
/// </remarks>
public sealed class SetFeasibleAdmission(SetFeasibleOptions? options = null) : IAdmission
{
    private readonly SetFeasibleOptions _options = options ?? new SetFeasibleOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "lets in who can make it together with all who were let in", "Jackson, 1955, earliest due date; prices 5")
    {
        Model = "one machine with a constant time per prompt token, which serves by due time",
        Guarantee = "in that model nobody who was let in is late, and nobody is turned away whom the set could have borne",
        Information = LengthInformation.None,
        Evidence = Evidence.Own,
        Cost = "O(endpoints + promised prompts)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("set-feasible", SetFeasibleOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => FirstToken.Reads | Signals.Work;

    /// <inheritdoc/>
    public PolicyState NewState() => new SetFeasibleState();

    /// <inheritdoc/>
    public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        if (FirstToken.DueUs(request, fleet) is not { } dueUs || fleet.Endpoints.IsEmpty) return Verdict.Accept;
        var memory = (SetFeasibleState)state;
        var missing = Missing(fleet);
        memory.Catch(missing);
        var promise = new SetFeasibleState.Promise(dueUs, request.Id, LeastTokens(request, fleet));
        memory.Consider(promise);
        var (tokenUs, before) = (TokenUs(fleet), Math.Max(0, missing - memory.Tokens));
        fleet.Log?.Write(
            DecisionKind.Refuse, request.Id, 0,
            [new("token-us", tokenUs), new("promised-tokens", memory.Tokens), new("slack-us", dueUs - fleet.NowUs)]);
        return memory.Holds(promise, before, tokenUs, fleet.NowUs)
            ? Verdict.Accept
            : LateOption.Verdict(_options.Late, fleet, RefusalReason.DeadlineMissed);
    }

    private static long Missing(in FleetView fleet)
    {
        var missing = 0L;
        foreach (var tokens in fleet.QueuedTokens) missing += tokens;
        return missing;
    }

    /// <summary>Prompt tokens that are to be computed where most of it is cached.</summary>
    private static int LeastTokens(RequestFacts request, in FleetView fleet)
    {
        var least = int.MaxValue;
        for (var place = 0; place < fleet.Endpoints.Length; place++) least = Math.Min(least, FirstToken.Missing(request, fleet, place));
        return least;
    }

    /// <summary>Time of a prompt token in full steps of all endpoints together.</summary>
    private double TokenUs(in FleetView fleet)
    {
        var tokensPerUs = 0.0;
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var load = new StepLoad(_options.StepTokens, fleet.Endpoints[place].Running, 0, 0);
            tokensPerUs += _options.StepTokens / Math.Max(1e-3, fleet.StepTimes[place].StepUs(load));
        }

        return 1 / tokensPerUs;
    }
}
