using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// The KV cliff of users who come round in a closed loop, each with a context that grows by a little: a pool that evicts what was used longest
/// ago serves nearly all of their prompts while all contexts fit, and nearly nothing once they do not. Host memory behind the pool moves the
/// cliff to where host memory is full. Published for coding agents on four B200: 87 % at 16 users, 7 % at 24, and 77 % there with offload.
/// </summary>
public class KvCliffTests
{
    private const int BlockSizeTokens = 16;
    private const int PoolBlocks = 4000;
    private const int HostBlocks = 3 * PoolBlocks;
    private const int FirstPromptTokens = 3200;
    private const int GrowthTokens = 64;
    private const int Turns = 12;
    private const int OutputTokens = 40;
    private const int UsersStep = 2;

    /// <summary>Tokens that a user's session has when a request is over, in the mean over its turns.</summary>
    private const double SessionTokens = FirstPromptTokens + (GrowthTokens * (Turns - 1) / 2.0) + OutputTokens;

    [Theory]
    [InlineData(PoolBlocks, false)]
    [InlineData(HostBlocks, true)]
    public void The_cliff_is_where_the_sessions_of_all_users_no_longer_fit(int blocks, bool offloads)
    {
        var usersThatFit = blocks * BlockSizeTokens / SessionTokens;
        var hitRates = Sweep((int)(2 * usersThatFit)).Select(users => (Users: users, HitRate: HitRate(users, offloads))).ToList();
        var below = hitRates.FindIndex(point => point.HitRate < hitRates[0].HitRate / 2);
        Assert.True(below > 0, string.Join(' ', hitRates));
        Assert.InRange(usersThatFit, hitRates[below - 1].Users - UsersStep, hitRates[below].Users + UsersStep);
    }

    [Fact]
    public void The_cliff_is_steep_and_host_memory_repairs_it()
    {
        var usersThatFit = (int)(PoolBlocks * BlockSizeTokens / SessionTokens);
        var (before, beyond) = (usersThatFit - (2 * UsersStep), usersThatFit + (2 * UsersStep));
        Assert.True(HitRate(before, offloads: false) > 0.85);
        Assert.True(HitRate(beyond, offloads: false) < 0.15);
        Assert.True(HitRate(beyond, offloads: true) > 0.85);
        Assert.True(Run(beyond, offloads: true).MakespanUs < 0.5 * Run(beyond, offloads: false).MakespanUs);
    }

    [Fact]
    public void Without_prefix_caching_there_is_no_cliff()
    {
        var usersThatFit = (int)(PoolBlocks * BlockSizeTokens / SessionTokens);
        Assert.All(new[] { usersThatFit / 2, 2 * usersThatFit }, users => Assert.Equal(0, HitRate(users, offloads: false, isCached: false)));
    }

    private static IEnumerable<int> Sweep(int usersMax) => Enumerable.Range(1, usersMax / UsersStep).Select(step => step * UsersStep);

    private static double HitRate(int users, bool offloads, bool isCached = true)
    {
        var log = new FoundLog();
        Run(users, offloads, isCached, log);
        return log.FoundTokens / (double)Sessions(users).Sum(request => (long)request.PromptTokens);
    }

    private static SimulationResult Run(int users, bool offloads, bool isCached = true, SimulationObserver? observer = null) => Simulator.Run(
        Sessions(users),
        new SimulationOptions
        {
            Planner = new VllmV1Planner(),
            Router = new RoundRobinRouter(),
            Clients = new ClientOptions { Loop = new SessionLoop() },
            Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 256 },
            Kv = new KvLedgerOptions { BlocksTotal = PoolBlocks, BlockSizeTokens = BlockSizeTokens, PrefixCaching = isCached },
            Tiers = offloads ? [Fleet.Tier(HostBlocks, new KvLink { TokensPerUs = 1 })] : [],
            StepTime = new LinearStepTime(1000, 20, 20, 0),
            NewPredictor = () => new ConstantLengthPredictor(OutputTokens),
            OutputTokensMax = OutputTokens,
        },
        observer);

    /// <summary>A session a user: each turn repeats the prompt of the one before, and adds to it. All begin at once and think for as long as a small batch takes.</summary>
    private static List<TraceRequest> Sessions(int users) =>
    [
        .. from user in Enumerable.Range(0, users)
           from turn in Enumerable.Range(0, Turns)
           let tokens = FirstPromptTokens + (turn * GrowthTokens)
           let ids = Enumerable.Range(0, tokens / BlockSizeTokens).Select(block => (user * 10_000) + block)
           select new TraceRequest(0, tokens, OutputTokens, [.. ids], BlockSizeTokens) { Turn = new TraceTurn { SessionId = $"user {user}", Turn = turn, ThinkUs = 50_000 } },
    ];

    /// <summary>Tokens of prompts that were on the replica, or copied to it, when their first step began.</summary>
    private sealed class FoundLog : SimulationObserver
    {
        private readonly HashSet<long> _seen = [];

        public long FoundTokens { get; private set; }

        public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
        {
            foreach (ref readonly var slice in scheduler.Slices)
            {
                if (!slice.IsDecode && _seen.Add(scheduler.Spec(slice.Row).Id.Value)) FoundTokens += slice.FromToken;
            }
        }
    }
}
