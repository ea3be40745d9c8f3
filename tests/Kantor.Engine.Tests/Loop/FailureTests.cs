using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class FailureTests
{
    // The only request whose prompt holds this byte is the one that breaks the back end.
    private const int Poison = '\u0007';

    private static ScriptedBackendOptions Endless => new() { EndsOneIn = null };

    public static TheoryData<ScriptedFaultKind> FailuresOfOne() =>
    [
        ScriptedFaultKind.NoKvSlot, ScriptedFaultKind.Aborted, ScriptedFaultKind.InvalidBatch, ScriptedFaultKind.Throws,
        ScriptedFaultKind.NanLogits, ScriptedFaultKind.InfiniteLogits, ScriptedFaultKind.AllMasked,
    ];

    public static TheoryData<ScriptedFaultKind> PassingFailures() =>
        [ScriptedFaultKind.NoKvSlot, ScriptedFaultKind.Aborted, ScriptedFaultKind.InvalidBatch, ScriptedFaultKind.Throws];

    [Theory]
    [MemberData(nameof(FailuresOfOne))]
    public void A_request_that_breaks_every_batch_it_is_in_fails_alone__G11_G13_INV_ENG_2(ScriptedFaultKind kind)
    {
        var bench = new EngineBench(new ScriptedBackendOptions { Faults = [new ScriptedFault { Kind = kind, Token = Poison }] });
        var before = Enumerable.Range(0, 4).Select(index => bench.Submit(EngineBench.Request($"Neighbour {index}"))).ToArray();
        bench.Loop.Step();
        bench.Loop.Step();
        var poisoned = bench.Submit(EngineBench.Request($"Harmful {(char)Poison} words"));
        bench.Run([poisoned, .. before]);
        Assert.Equal(RequestOutcome.BackendFailed, poisoned.Outcome);
        Assert.NotEmpty(poisoned.Finish.Message!);
        for (var index = 0; index < 4; index++) Assert.Equal(EngineBench.Alone(EngineBench.Request($"Neighbour {index}")).Text, before[index].Text);
    }

    [Theory]
    [MemberData(nameof(PassingFailures))]
    public void A_failure_that_passes_fails_nobody_and_is_retried_once_per_slice__G11(ScriptedFaultKind kind)
    {
        var bench = new EngineBench(Endless with { Faults = [new ScriptedFault { Kind = kind, Call = 3 }] });
        var answers = Enumerable.Range(0, 4).Select(index => bench.Submit(EngineBench.Request($"Request {index}"))).ToArray();
        bench.Run(answers);
        for (var index = 0; index < 4; index++) Assert.Equal(EngineBench.Alone(EngineBench.Request($"Request {index}"), Endless).Text, answers[index].Text);
        Assert.Equal(bench.Loop.Snapshot.Steps + 4, bench.Backend.Calls);
        Assert.Single(bench.Ended.BackendFaults);
        Assert.Equal(1, bench.Loop.Snapshot.BackendFailures);
    }

    [Fact]
    public void A_fatal_failure_ends_everything_and_the_engine_says_so__G11()
    {
        var bench = new EngineBench(Endless with { Faults = [new ScriptedFault { Kind = ScriptedFaultKind.Fatal, Call = 3 }] }, options: options => options with { RunningMax = 2 });
        var answers = Enumerable.Range(0, 4).Select(index => bench.Submit(EngineBench.Request($"Request {index}"))).ToArray();
        while (bench.Loop.Step())
        {
        }

        var late = bench.Submit(EngineBench.Request("Too late"));
        bench.Loop.Step();
        Assert.All([.. answers, late], answer =>
        {
            answer.Read();
            Assert.Equal(RequestOutcome.BackendFailed, answer.Outcome);
        });
        Assert.Equal(4, bench.Backend.Calls);
        Assert.Contains("Fatal", bench.Loop.Snapshot.Fault);
        Assert.True(bench.Loop.IsIdle);
    }

    [Fact]
    public void Nothing_of_a_failed_request_is_ever_a_hit__G6_G13_INV_ENG_11()
    {
        var faults = new[] { new ScriptedFault { Kind = ScriptedFaultKind.Aborted, Call = 1 }, new ScriptedFault { Kind = ScriptedFaultKind.Aborted, Call = 2 } };
        var options = new ScriptedBackendOptions { BatchTokensMax = 10, Faults = faults };
        var request = EngineBench.Request("The same long prompt for both of them");
        var bench = new EngineBench(options);
        var failed = bench.Submit(request);
        bench.Run(failed);
        Assert.Equal(0, bench.Backend.CellsUsed);
        var second = bench.Submit(request);
        bench.Run(second);
        Assert.Equal(RequestOutcome.BackendFailed, failed.Outcome);
        Assert.Equal(0, second.Finish.CachedTokens);
        Assert.Equal(EngineBench.Alone(request, options).Text, second.Text);
    }

    [Fact]
    public void What_a_neighbour_still_uses_survives_the_failure_of_the_one_that_computed_it()
    {
        var prefix = new string('p', 40);
        var fault = new ScriptedFault { Kind = ScriptedFaultKind.NanLogits, Token = Poison };
        var bench = new EngineBench(new ScriptedBackendOptions { BatchTokensMax = 20, Faults = [fault] });
        var failing = bench.Submit(EngineBench.Request($"{prefix} and then {(char)Poison} comes"));
        bench.Loop.Step();
        bench.Loop.Step();
        var neighbour = bench.Submit(EngineBench.Request($"{prefix} without"));
        bench.Run(failing, neighbour);
        Assert.Equal(RequestOutcome.BackendFailed, failing.Outcome);
        Assert.Equal(40, neighbour.Finish.CachedTokens);
        Assert.Equal(EngineBench.Alone(EngineBench.Request($"{prefix} without")).Text, neighbour.Text);
    }

    [Fact]
    public void A_bias_against_everything_that_is_left_ends_that_request_with_a_message__D9()
    {
        var bans = Enumerable.Range(0, 259).ToDictionary(token => token, _ => -100.0);
        var bench = new EngineBench(new ScriptedBackendOptions { Faults = [new ScriptedFault { Kind = ScriptedFaultKind.AllMasked, Token = Poison }] });
        var banned = bench.Submit(EngineBench.Request($"{(char)Poison}") with { Sampling = new SamplingSpec { LogitBias = bans } });
        var single = bench.Submit(EngineBench.Request("Only the end is left") with { Sampling = new SamplingSpec { LogitBias = bans } });
        bench.Run(banned, single);
        Assert.Equal(RequestOutcome.BackendFailed, banned.Outcome);
        Assert.Contains("no token", banned.Finish.Message);
        Assert.Equal((RequestOutcome.Stopped, 1), (single.Outcome, single.Finish.GeneratedTokens));
    }

    [Fact]
    public void A_broken_law_ends_the_requests_and_is_reported_instead_of_hanging()
    {
        var bench = new EngineBench(options: options => options with { Observer = new Unruly() });
        var answer = bench.Submit(EngineBench.Request("Hello"));
        bench.Loop.Step();
        answer.Read();
        Assert.Equal(RequestOutcome.BackendFailed, answer.Outcome);
        Assert.NotNull(bench.Loop.Fault);
        Assert.False(bench.Loop.Step());
    }

    [Fact]
    public void A_token_that_cannot_be_turned_into_text_fails_its_own_request_only()
    {
        var options = new ScriptedBackendOptions { EndsOneIn = null, UndecodableToken = Poison };
        var bench = new EngineBench(options);
        var bias = new Dictionary<int, double> { [Poison] = 100 };
        var failing = bench.Submit(EngineBench.Request("Failing") with { Sampling = new SamplingSpec { Temperature = 0, LogitBias = bias } });
        var neighbour = bench.Submit(EngineBench.Request("Neighbour"));
        bench.Run(failing, neighbour);
        Assert.Equal((RequestOutcome.BackendFailed, 0), (failing.Outcome, failing.Finish.GeneratedTokens));
        Assert.Equal(EngineBench.Alone(EngineBench.Request("Neighbour"), options).Text, neighbour.Text);
    }

    private sealed class Unruly : IEngineObserver
    {
        public void StepExecuted(in StepReport step) => throw new NotSupportedException("Observers must not throw.");
    }
}
