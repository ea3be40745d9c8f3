using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;
using Kantor.Core.StepTime;

namespace Kantor.Core.Routing.Policies.Windows;

/// <summary>What Preble remembers: prefixes by replica, and the work of the last minutes.</summary>
internal sealed class PrebleState(PrebleOptions options) : PrefixMemory(new(options.BlockTokens, options.IndexTokens))
{
    private const double UsualOutput = 45;
    private const int RequestsEach = 50;

    private readonly WindowSums _workUs = new(options.WindowMs * 1000L);
    private readonly WindowSums _requests = new(options.WindowMs * 1000L);
    private readonly OutputMean _output = new(UsualOutput);
    private long _sent;

    /// <summary>Work that was sent to the replica within the window.</summary>
    public double LoadUs(int replica, long nowUs) => _workUs.Of(replica, nowUs);

    /// <summary>Time of what is new of the prompt.</summary>
    public double PrefillUs(RequestFacts request, in FleetView fleet, int place)
    {
        var hit = HitTokens(request, fleet.Endpoints[place].Replica);
        return fleet.StepTimes[place].StepUs(default(StepLoad).With(request.PromptTokens - hit, hit, isDecode: false));
    }

    /// <summary>
    /// Time to compute again what the replica's record would give up for the prompt, by the share of its requests that passed there.
    /// </summary>
    public double EvictionUs(RequestFacts request, in FleetView fleet, int place)
    {
        var (replica, nowUs) = (fleet.Endpoints[place].Replica, fleet.NowUs);
        var fresh = PromptBlocks - (HitTokens(request, replica) / BlockTokens);
        var over = SentBlocks(replica) + fresh - BlocksMax;
        if (over <= 0 || _requests.Of(replica, nowUs) < 1) return 0;
        var share = Math.Min(1, Of(replica).UsesOfOldest / _requests.Of(replica, nowUs));
        return share * fleet.StepTimes[place].StepUs(default(StepLoad).With(over * BlockTokens, 0, isDecode: false));
    }

    /// <summary>The place, or the least loaded one when this is the most loaded and the two are too far apart.</summary>
    public int Rebalanced(in FleetView fleet, int place)
    {
        if (!options.Rebalances || _sent < (long)RequestsEach * fleet.Endpoints.Length) return place;
        var (lightest, least, most) = (0, double.PositiveInfinity, 0.0);
        for (var other = 0; other < fleet.Endpoints.Length; other++)
        {
            var loadUs = LoadUs(fleet.Endpoints[other].Replica, fleet.NowUs);
            most = Math.Max(most, loadUs);
            if (loadUs < least) (lightest, least) = (other, loadUs);
        }

        var ownUs = LoadUs(fleet.Endpoints[place].Replica, fleet.NowUs);
        return ownUs == most && ownUs > options.RebalanceFactor * least ? lightest : place;
    }

    /// <summary>The request goes there: what is new of its prompt, and an answer of the usual length.</summary>
    public void Send(RequestFacts request, in FleetView fleet, int place)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var together = endpoint.Running + 1;
        var decode = new StepLoad(0, together, endpoint.KvTokensUsed + request.PromptTokens, 0);
        var workUs = PrefillUs(request, fleet, place) + (_output.Tokens * fleet.StepTimes[place].StepUs(decode) / together);
        _workUs.Add(endpoint.Replica, workUs, fleet.NowUs);
        _requests.Add(endpoint.Replica, 1, fleet.NowUs);
        _sent++;
        Send(endpoint.Replica);
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end) => _output.Learn(end, NowUs - request.ArrivalUs);
}
