using Kantor.Core.Admission;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Replicas;

/// <summary>Answers end by their true lengths, whatever happens to their requests in between.</summary>
public class AnswerEndsTests
{
    [Fact]
    public void Lengths_are_known_of_open_requests_only()
    {
        var oracle = new LengthOracle();
        oracle.Open(3, 7);
        Assert.Equal(7, oracle.OutputTokensOf(3));
        Assert.Throws<ArgumentException>(() => oracle.Open(3, 7));
        oracle.Close(3);
        Assert.Throws<KeyNotFoundException>(() => oracle.OutputTokensOf(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Answers_below_the_declared_output_stop_and_others_are_cut_there(bool leaping)
    {
        var result = RunVerified([Request(0, 4, 1), Request(1, 4, 7), Request(2, 4, 8), Request(3, 4, 30)], Small() with { Leaping = leaping });
        Assert.Equal([(1, false), (7, false), (8, true), (8, true)], Ends(result));
    }

    [Fact]
    public void An_answer_that_admission_shortens_is_cut_sooner_and_a_further_attempt_has_its_whole_length_again()
    {
        var options = Small() with
        {
            Admission = new FirstShort(),
            Fleet = new() { Events = [new ReplicaFails { AtUs = 250, Replica = 0, RestartsAfterUs = 0 }], LostRequests = LostRequests.Fail },
            Clients = new() { Retries = new RetryOptions { AttemptsMax = 2, BackoffUs = 1000, Jitter = 0 } },
        };
        var result = RunVerified([Request(0, 4, 30), Request(20_000, 4, 30)], options);
        Assert.Equal([(8, true), (8, true)], Ends(result));
        Assert.Equal([2, 1], result.Records.Select(record => record.Attempts));
        Assert.Equal([(3, true), (8, true)], Ends(RunVerified([Request(0, 4, 30), Request(20_000, 4, 30)], Small() with { Admission = new FirstShort() })));
    }

    [Fact]
    public void Tokens_that_were_sent_before_a_replica_failed_count()
    {
        var options = Small() with { Fleet = new() { Events = [new ReplicaFails { AtUs = 250, Replica = 0, RestartsAfterUs = 0 }] } };
        var result = RunVerified([Request(0, 4, 6)], options);
        Assert.Equal((1, (6, false)), (result.Fleet.HandedOn, Ends(result).Single()));
    }

    private static IEnumerable<(int Tokens, bool IsCut)> Ends(SimulationResult result) =>
        result.Records.Select(record => (record.OutputTokens, record.Outcome == RequestOutcome.LengthReached));

    /// <summary>Shortens the first attempt of request 0 to three tokens.</summary>
    private sealed class FirstShort : IAdmission
    {
        public string Name => "first-short";

        public PolicyState NewState() => new();

        public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state) =>
            request.Id.Value == 0 ? Verdict.Degrade(3) : Verdict.Accept;
    }
}
