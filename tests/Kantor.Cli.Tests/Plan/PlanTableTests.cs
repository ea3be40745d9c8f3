using Kantor.Cli.Plan;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Objectives;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Planning;
using Kantor.Reports.Plans;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Tests.Plan;

public class PlanTableTests
{
    private static readonly ReplicaKind Kind = ReplicaKind.Of(StepTimeProfiles.Find("opt-13b-a100-tp1"), 1, new FcfsPlanner()) with { Model = "opt-13b", KvBytesPerToken = 819_200 };

    private static readonly LayoutSpace Space = new() { Colocated = [Kind], Prefill = [Kind], Decode = [Kind], RatioMax = 1 };

    [Fact]
    public void It_says_not_to_disaggregate_and_what_the_best_apart_would_need()
    {
        var text = TextOf(colocated: (2, 0.97, 0.93, 0.99), apart: (2, 0.95, 0.93, 0.97));
        Assert.Contains("Plan: 2 × opt-13b-a100-tp1, fcfs in steps of 2048: 2 GPUs, 97.0 % ± 3.0 %", text);
        Assert.Contains("Do not disaggregate: the best fleet with prefill and decode apart needs 4 GPUs, this one 2 GPUs.", text);
        Assert.DoesNotContain("Not sure", text);
    }

    [Fact]
    public void It_says_to_disaggregate()
    {
        var text = TextOf(colocated: (8, 0.97, 0.93, 0.99), apart: (2, 0.95, 0.93, 0.97));
        Assert.Contains("Plan: 2 × (1 × opt-13b-a100-tp1 prefill + 1 × opt-13b-a100-tp1 decode), each in one node: 4 GPUs", text);
        Assert.Contains("Disaggregate: the best colocated fleet needs 8 GPUs, this one 4 GPUs.", text);
    }

    [Fact]
    public void It_says_when_it_is_not_sure() =>
        Assert.Contains("Not sure: the interval holds the target", TextOf(colocated: (2, 0.91, 0.88, 0.94), apart: (2, 0.95, 0.93, 0.97)));

    private static string TextOf((int Units, double Mean, double Lower, double Upper) colocated, (int Units, double Mean, double Lower, double Upper) apart)
    {
        var layouts = Space.Layouts();
        PlanCandidate[] candidates = [Candidate(layouts[0], colocated), Candidate(layouts[1], apart)];
        var plan = FleetPlan.Of(candidates, 2, new PlanObjective(new SloSpec { TtftUsMax = 200_000 }, 0.9), 10);
        using var writer = new StringWriter();
        PlanTable.Write(writer, new PlanReport { Trace = "t", Requests = 100, ReplicasMax = 8, GpusPerNode = 8, NodeGbps = 2400, NetworkGbps = 400, Plan = plan });
        return writer.ToString();
    }

    private static PlanCandidate Candidate(FleetLayout layout, (int Units, double Mean, double Lower, double Upper) found)
    {
        var trial = new FleetTrial(layout, found.Units, new AttainmentEstimate(100, 1, found.Mean, found.Lower, found.Upper));
        return new PlanCandidate(layout, new FleetSize(trial, [trial], true), null);
    }
}
