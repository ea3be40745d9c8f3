using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// The <c>least_load</c> of SGLang's gateway: seconds of the prompts that wait or were sent since the last report, plus a wait for memory
/// that grows without bound as KV fills, 0.15 s · k / (1 − k) for the share k in use. It does not look at prefixes.
/// </summary>
/// <remarks>The gateway hears a throughput from each engine; here it is that of full steps by the step-time model, unless one is
/// given.</remarks>
public sealed class SmgRouter(SmgOptions? options = null) : CostRouter(
    PolicySpec.Of("smg", SmgOptions.Keys, options ?? new SmgOptions()).ToString(), ReadsOf(options))
{
    private const double ShareMax = 0.999;

    private readonly SmgOptions _options = options ?? new SmgOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least seconds of prompts that wait, plus a wait for KV of 0.15 s · k / (1 - k), k the share in use",
        "SGLang model gateway, policies/least_load.rs")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints), a step time each",
    };

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var tokens = Math.Max(0, fleet.QueuedTokens[place] - endpoint.Running) + fleet.BookedTokens[place];
        var perToken = _options.TokensPerS is { } rate
            ? 1.0 / rate
            : PromptTime.TokenUs(fleet, place, PromptTime.StepTokens) / 1e6;
        var used = Math.Min(ShareMax, (double)endpoint.KvBlocksUsed / Math.Max(1, endpoint.KvBlocksTotal));
        return (tokens * perToken) + (_options.MemoryWaitMs / 1e3 * used / (1 - used));
    }

    private static Signals ReadsOf(SmgOptions? options)
    {
        const Signals Loads = Signals.Load | Signals.Work | Signals.Booked;
        return options?.TokensPerS is null ? Loads | Signals.StepTime : Loads;
    }
}
