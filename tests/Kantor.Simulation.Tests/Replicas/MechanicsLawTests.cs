using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Replicas;

public class MechanicsLawTests
{
    private const int Cases = 120;

    public static TheoryData<string> AllPolicies => [.. Policies];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_2_every_request_ends_exactly_once_and_the_books_hold_whatever_the_engine_does(string policy)
    {
        for (var number = 0; number < Cases; number++)
        {
            var run = Mechanics.Draw(number, policy);
            var log = new RunLog();
            var result = RunVerified(run.Trace, run.Options, log);
            Assert.Equal(run.Trace.Count, result.Completed + result.Rejected);
            Assert.Equal(run.Trace.Count, log.Ends.Select(end => end.Request).Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_SIM_9_leaping_changes_no_event_time_whatever_the_engine_does(string policy)
    {
        var leapt = 0L;
        for (var number = 0; number < Cases; number++)
        {
            var run = Mechanics.Draw(number, policy);
            var (fast, slow) = (new RunLog { ProvesBooks = false }, new RunLog { ProvesBooks = false });
            var leaping = Simulator.Run(run.Trace, run.Options with { Leaping = true }, fast);
            var stepping = Simulator.Run(run.Trace, run.Options with { Leaping = false }, slow);
            Assert.True(leaping.Records.SequenceEqual(stepping.Records), $"case {number}");
            Assert.Equal(stepping.Steps, leaping.Steps);
            leapt += fast.StepsLeapt;
        }

        Assert.True(leapt > LeapsExpected(policy, 20), $"only {leapt} steps were leapt");
    }

    [Fact]
    public void INV_SIM_3_no_token_comes_before_the_copy_of_its_KV()
    {
        for (var number = 0; number < Cases; number++)
        {
            var run = Mechanics.Draw(number, "vllm-v1");
            if (run.Options.Decode is not { } pool) continue;
            // What the decoding replica has cached is not copied, so nothing is.
            var decode = pool with { Kv = pool.Kv with { PrefixCaching = false }, Tiers = [] };
            foreach (var (record, request) in Simulator.Run(run.Trace, run.Options with { Decode = decode }).Records.Zip(run.Trace))
            {
                if (!record.IsCompleted || record.OutputTokens < 2) continue;
                Assert.True(record.LastTokenUs >= record.FirstTokenUs + decode.Link.CopyUs(request.PromptTokens), $"case {number}: {record}");
            }
        }
    }
}
