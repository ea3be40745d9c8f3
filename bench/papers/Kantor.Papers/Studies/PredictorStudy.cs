using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Papers.Fitting;
using Kantor.Simulation;
using Kantor.Workloads.Generators;

namespace Kantor.Papers.Studies;

/// <summary>The structural step-time predictor of SynergySched, arXiv 2509.23384, which knows sequences and tokens but no contexts (research notes, scheduling 10a).</summary>
internal static class PredictorStudy
{
    // The authors drop longer steps.
    private const double StepMsMax = 300;

    private const int OutputTokensMax = 2_000;

    private const string KvIsCheap = "a KV token of Llama-3.1-8B has 128 KiB, so that H100 reads 2,000 of each of 32 sequences in half the time of "
        + "its weights; what a step reads grows with its sequences, too, which the form knows. At eight times the lengths it errs more, though still below 25 %";

    public static Study Study { get; } = new(
        "synergysched",
        "A step-time predictor without contexts",
        "arXiv 2509.23384; research notes, scheduling 10a",
        "The authors fit iterations of vLLM on H100 with Llama-3.1-8B under FlowGPT's requests. Here iterations of the same model and GPU are simulated, their times composed from "
            + "measured operators, without the noise of a real engine; 2,048 tokens a step, lognormal lengths, three rates in turn. Each fourth iteration is held out.",
        Measure);

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var requests = effort.Pick(400, 120);
        var steps = Record(requests, lengthFactor: 1);
        var (longer, longest) = (Record(requests, lengthFactor: 2), Record(requests, lengthFactor: 8));
        StepSample[] seen = [.. steps.Where((_, index) => index % 4 != 3)];
        StepSample[] heldOut = [.. steps.Where((_, index) => index % 4 == 3)];
        var fit = SaturatingStepTime.Fit(seen);
        var withKv = WithKv(seen);
        return
        [
            new Figure("iterations", Claim.AtLeast(1_000), steps.Count, 0),
            new Figure("held out: R²", Claim.AtLeast(0.9, "0.9 or more"), RSquared(heldOut, fit.Ms)),
            new Figure("held out: mean error, %", Claim.AtMost(15, "15 or less"), ErrorPercent(heldOut, fit.Ms), 1),
            new Figure("held out: mean error, times that of the fallback 8.7 ms + 0.0215 ms a token", Claim.AtMost(1, "below 1"), ErrorPercent(heldOut, fit.Ms) / ErrorPercent(heldOut, Fallback), 2),
            new Figure("held out: mean error of the linear form with a KV term, %", Claim.Beside("not given"), ErrorPercent(heldOut, withKv), 1),
            new Figure("lengths doubled: mean error, %", Claim.AtLeast(25, "above 25 expected"), ErrorPercent(longer, fit.Ms), 1) { Finding = KvIsCheap },
            new Figure("lengths times 8: mean error, %", Claim.Beside("above 25 expected"), ErrorPercent(longest, fit.Ms), 1),
            new Figure("lengths doubled: mean error of the linear form with a KV term, %", Claim.AtMost(25, "25 or less"), ErrorPercent(longer, withKv), 1),
            new Figure("lengths times 8: mean error of the linear form with a KV term, %", Claim.Beside("not given"), ErrorPercent(longest, withKv), 1),
        ];
    }

    private static double Fallback(StepSample step) => 8.7 + (0.0215 * step.Tokens);

    /// <summary>What Kantor's own fitter makes of the same iterations: it knows the KV tokens that a step reads.</summary>
    private static Func<StepSample, double> WithKv(StepSample[] seen)
    {
        var fitter = new StepTimeFitter(new StepTimeFitterOptions { Forgetting = 1 });
        foreach (var step in seen) fitter.Observe(step.Load, step.Ms * 1e3);
        var fit = fitter.Fit();
        return step => fit.StepUs(step.Load) / 1e3;
    }

    private static double ErrorPercent(IReadOnlyCollection<StepSample> steps, Func<StepSample, double> predict) =>
        100 * steps.Average(step => Math.Abs((predict(step) / step.Ms) - 1));

    private static double RSquared(IReadOnlyCollection<StepSample> steps, Func<StepSample, double> predict)
    {
        var mean = steps.Average(step => step.Ms);
        return 1 - (steps.Sum(step => Square(predict(step) - step.Ms)) / steps.Sum(step => Square(step.Ms - mean)));
    }

    private static double Square(double value) => value * value;

    private static List<StepSample> Record(int requests, double lengthFactor) =>
        [.. ((double[])[2, 8, 20]).SelectMany(rate => Record(requests, lengthFactor, rate / lengthFactor)).Where(step => step.Ms < StepMsMax)];

    private static List<StepSample> Record(int requests, double lengthFactor, double ratePerS)
    {
        var workload = new WorkloadSpec
        {
            Requests = requests,
            Arrivals = WorkloadSpec.AtRate(ratePerS),
            PromptLength = new LognormalLength(800 * lengthFactor, 0.8, 16, 30_000),
            OutputLength = new LognormalLength(150 * lengthFactor, 0.6, 1, OutputTokensMax),
        };
        var profile = DeploymentName.Profile("llama-3.1-8b@h100");
        var recorder = new StepRecorder();
        Simulator.Run(WorkloadGenerator.Draw(workload, 1), new SimulationOptions
        {
            Planner = new VllmV1Planner(),
            Router = new RoundRobinRouter(),
            Limits = profile.Limits with { StepTokensMax = 2_048 },
            Kv = new KvLedgerOptions { BlocksTotal = profile.KvTokens / 16, BlockSizeTokens = 16 },
            StepTime = profile.StepTime,
            NewPredictor = () => new ClassQuantilePredictor(),
            OutputTokensMax = OutputTokensMax,
            Leaping = false,
        }, recorder);
        return recorder.Steps;
    }
}
