using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class WorkloadTests
{
    public static TheoryData<string, int> PoliciesAndRuns()
    {
        var data = new TheoryData<string, int>();
        foreach (var policy in PolicyCatalogue.PlannerNames)
        {
            for (var run = 0; run < 8; run++) data.Add(policy, run);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(PoliciesAndRuns))]
    public void Whatever_arrives_every_choice_ends_once_with_the_text_of_the_undisturbed_run__G2_INV_ENG_1(string policy, int run) =>
        TestSeed.Run(run, seed =>
        {
            var workload = new RandomWorkload(seed, requests: 30);
            var bench = new EngineBench(RandomWorkload.TightBackend, policy, options => options with { RunningMax = 6 });
            AssertUndisturbed(workload, bench, workload.Run(bench));
            Assert.Equal(0, bench.Backend.Calls - bench.Loop.Snapshot.Steps);
        });

    [Theory]
    [MemberData(nameof(PoliciesAndRuns))]
    public void Whatever_is_copied_to_host_memory_and_back_every_text_is_that_of_the_undisturbed_run__O4_INV_ENG_13(string policy, int run) =>
        TestSeed.Run(run, seed =>
        {
            var workload = new RandomWorkload(seed, requests: 30);
            var bench = new EngineBench(RandomWorkload.TightBackend, policy, options => options with
            {
                RunningMax = 6,
                CachedTokensMax = run % 3 * 20,
                HostCache = new HostCacheOptions { Bytes = 64 * (40 + (run * 100)), CopyTokensMin = 1 + (run % 4 * 5) },
            });
            AssertUndisturbed(workload, bench, workload.Run(bench));
            Assert.Equal(0, bench.Backend.Calls - bench.Loop.Snapshot.Steps);
            // A copy is freed with the last of its tokens that is kept.
            Assert.InRange(bench.Loop.Snapshot.HostCacheBytes, 1, 64 * (40 + (run * 100) + 512));
        });

    [Fact]
    public void Whatever_thread_chooses_a_token_every_text_is_that_of_the_undisturbed_run__O4() => TestSeed.Each(8, seed =>
    {
        var workload = new RandomWorkload(seed, requests: 60);
        var backend = RandomWorkload.TightBackend with { KvTokensTotal = 4_000, SequencesMax = 64, BatchTokensMax = 200 };
        var bench = new EngineBench(backend, "vllm-v1", options => options with { RunningMax = 40, SamplingThreads = 4 });
        AssertUndisturbed(workload, bench, workload.Run(bench));
    });

    [Theory]
    [MemberData(nameof(PoliciesAndRuns))]
    public void Copies_that_fail_are_computed_instead__INV_ENG_14(string policy, int run) =>
        TestSeed.Run(run, seed =>
        {
            var workload = new RandomWorkload(seed, requests: 30);
            var backend = RandomWorkload.TightBackend with
            {
                ImportFails = run % 2 == 0 ? call => call == 2 : null,
                ExportFails = run % 2 == 1 ? call => call == 4 : null,
            };
            var bench = new EngineBench(backend, policy, options => options with
            {
                CachedTokensMax = 0,
                HostCache = new HostCacheOptions { Bytes = 64 * 1000, CopyTokensMin = 1 },
            });
            AssertUndisturbed(workload, bench, workload.Run(bench));
            var (imports, exports) = (bench.Backend.Imports, bench.Backend.Exports);
            bench.Run(bench.Submit(EngineBench.Request("after all")), bench.Submit(EngineBench.Request("after all")));
            if (run % 2 == 0 && imports >= 2) Assert.Equal((imports, exports), (bench.Backend.Imports, bench.Backend.Exports));
            if (run % 2 == 1 && exports >= 4) Assert.Equal((imports, exports), (bench.Backend.Imports, bench.Backend.Exports));
        });

    [Theory]
    [MemberData(nameof(PoliciesAndRuns))]
    public void Passing_faults_of_the_back_end_change_no_text(string policy, int run)
    {
        // Seeds of its own: of others there may be too few steps for as many faults.
        var seed = (ulong)run;
        var kinds = new[] { ScriptedFaultKind.Aborted, ScriptedFaultKind.InvalidBatch, ScriptedFaultKind.NoKvSlot, ScriptedFaultKind.Throws };
        var faults = Enumerable.Range(0, 40).Select(index => new ScriptedFault { Kind = kinds[index % 4], Call = (index * 11) + (long)seed });
        var workload = new RandomWorkload(seed, requests: 20);
        var bench = new EngineBench(RandomWorkload.TightBackend with { Faults = [.. faults] }, policy);
        AssertUndisturbed(workload, bench, workload.Run(bench));
        Assert.True(bench.Loop.Snapshot.BackendFailures > 10);
    }

    [Fact]
    public void The_tight_pool_really_makes_requests_give_way_and_share()
    {
        var bench = new EngineBench(RandomWorkload.TightBackend);
        new RandomWorkload(1, requests: 30).Run(bench);
        Assert.True(bench.Loop.Snapshot.Preemptions > 3);
        Assert.True(bench.Loop.Snapshot.PrefixHitTokens > 100);
    }

    [Fact]
    public void What_preempted_requests_find_of_their_own_is_no_hit()
    {
        var bench = new EngineBench(RandomWorkload.TightBackend);
        // Without the token that begins a text, which all texts share.
        var answers = "abcdef".Select(letter => bench.Submit(EngineBench.Request(new string(letter, 30)) with
        {
            PromptTokens = bench.Backend.Tokenizer.Encode(new string(letter, 30), addBos: false, parseSpecial: false),
        })).ToArray();
        bench.Run(answers);
        var seen = bench.Loop.Snapshot;
        Assert.True(seen.Preemptions > 0);
        Assert.Equal((6L * 30, 0L), (seen.PrefixQueriedTokens, seen.PrefixHitTokens));
        Assert.True(seen.PrefixRefoundTokens > 0);
    }

    [Fact]
    public void At_rest_memory_holds_exactly_what_the_books_say_is_cached__INV_ENG_12()
    {
        var bench = new EngineBench(RandomWorkload.TightBackend);
        new RandomWorkload(2, requests: 30).Run(bench);
        Assert.Equal((0, 0, null), (bench.Loop.Snapshot.Running, bench.Loop.Snapshot.Waiting, bench.Loop.Fault));
        Assert.Equal(0, bench.Loop.Snapshot.KvTokensUsed);
        Assert.True(bench.Loop.Snapshot.KvTokensIdle > 0);
        Assert.Equal(bench.Loop.Snapshot.KvTokensIdle, bench.Backend.CellsUsed);
    }

    [Fact]
    public void A_leak_in_the_books_is_found_at_rest_and_ends_the_engine__INV_ENG_12()
    {
        var bench = new EngineBench();
        bench.Run(bench.Submit(EngineBench.Request("Sound")));
        Assert.True(bench.Loop.Scheduler.Kv.TryOpen(TokenContent.FromTokens([1, 2, 3]), default, 0, out var leaked, out _));
        Assert.True(bench.Loop.Scheduler.Kv.TryGrow(leaked, 3));
        bench.Loop.VerifyAtRest();
        Assert.NotNull(bench.Loop.Snapshot.Fault);
        var late = bench.Submit(EngineBench.Request("Late"));
        bench.Loop.Step();
        late.Read();
        Assert.Equal(RequestOutcome.BackendFailed, late.Outcome);
    }

    [Fact]
    public void A_policy_that_plans_nonsense_changes_no_text_and_is_reported()
    {
        var workload = new RandomWorkload(3, requests: 15);
        var bench = new EngineBench(RandomWorkload.TightBackend, options: options => options with { Planner = new Nonsense() });
        AssertUndisturbed(workload, bench, workload.Run(bench));
        Assert.NotEmpty(bench.Ended.PlanFaults);
    }

    private static void AssertUndisturbed(RandomWorkload workload, EngineBench bench, Answer[] answers)
    {
        Assert.Equal(workload.Requests.Sum(request => request.Choices), bench.Ended.Ends.Count);
        for (var index = 0; index < answers.Length; index++)
        {
            Undisturbed.AssertLike(workload.Requests[index], answers[index], RandomWorkload.TightBackend);
        }
    }

    private sealed class Nonsense : IBatchPlanner
    {
        public string Name => "nonsense";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            if (view.Running.Length > 2) throw new NotSupportedException("Three are too many.");
            plan.AddGrant(12345, 7);
        }
    }
}
