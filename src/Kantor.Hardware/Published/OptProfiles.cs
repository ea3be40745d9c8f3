using System.Globalization;
using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Hardware.Published;

/// <summary>
/// OPT on A100-80GB, as fitted by DistServe's authors to their own engine (LLMServe/DistServe, <c>profiler-a100-80g.distserve.json</c> and
/// <c>max_num_tokens.csv</c>, Apache-2.0).
/// </summary>
public static class OptProfiles
{
    // Milliseconds, as published.
    private static readonly Fit[] Fits =
    [
        new(
            "opt-13b",
            1,
            (18.10254647486372, 0.1019122572698738, 7.122264314252114e-06),
            (19.934702624895458, 0.0006269356524350583, 0.03850697740828398),
            (7.1661889468253595, 0.0005798000403396046, 0.15831096191764046)),
        new(
            "opt-13b",
            2,
            (14.742973695171262, 0.06857720739764, 2.4495727400243586e-06),
            (13.294796350285385, 0.00034109219700723494, 0.06296393225243659),
            (10.638741913126715, 0.00031183369638295723, 0.08562913604102729)),
        new(
            "opt-13b",
            4,
            (12.062297033449054, 0.03808140082550695, 5.226249731787869e-07),
            (10.256231678259395, 0.00018786702316166354, 0.03269273629225551),
            (10.483514938375274, 0.00017120888562939117, 0.04566648525887034)),
        new(
            "opt-66b",
            2,
            (43.05881348288936, 0.2742292870458432, 2.2478042467169447e-05),
            (48.288015489286245, 0.0009424343535737985, 0.12755020094383188),
            (28.727693993711597, 0.00047448475459061987, 0.29617792360743994)),
        new(
            "opt-66b",
            3,
            (32.998230028437035, 0.19568256864690514, 1.2205248980953765e-05),
            (35.8015439512012, 0.0005845004786127403, 0.0952669764890301),
            (22.653861586978355, 0.0005358489190129727, 0.208514444037787)),
        new(
            "opt-66b",
            4,
            (29.441636037717455, 0.151352180625198, 8.317450765979451e-06),
            (30.760284619429587, 0.000451947603788462, 0.063284195750671),
            (27.47082137429487, 0.0004046845541646486, 0.12480667738300383)),
        new(
            "opt-66b",
            8,
            (25.490662375045222, 0.10659177664763161, 3.3910502518615973e-06),
            (23.15511135047022, 0.00022691488497826264, 0.04800638397272423),
            (21.71772781576609, 0.0003758089655762475, 0.08978614175851013)),
    ];

    private static readonly (string Model, int TensorParallel, int PipelineStages, int Tokens)[] KvTokens =
    [
        ("opt-13b", 1, 1, 66_144), ("opt-13b", 1, 2, 163_008), ("opt-13b", 1, 4, 356_752),
        ("opt-13b", 2, 1, 163_008), ("opt-13b", 2, 2, 356_752), ("opt-13b", 2, 4, 744_224),
        ("opt-13b", 4, 1, 356_736), ("opt-13b", 4, 2, 744_224), ("opt-13b", 4, 4, 1_519_168),
        ("opt-66b", 2, 1, 11_600), ("opt-66b", 2, 2, 78_512), ("opt-66b", 2, 4, 212_320),
        ("opt-66b", 3, 1, 45_056), ("opt-66b", 3, 2, 145_408), ("opt-66b", 3, 4, 346_128),
        ("opt-66b", 4, 1, 78_496), ("opt-66b", 4, 2, 212_320), ("opt-66b", 4, 4, 479_936),
        ("opt-66b", 8, 1, 212_304), ("opt-66b", 8, 2, 479_936), ("opt-66b", 8, 4, 1_015_184),
    ];

    /// <summary>All profiles without pipeline stages, in the order of model and tensor parallelism.</summary>
    public static IReadOnlyList<StepTimeProfile> All { get; } = [.. Fits.Select(fit => Of(fit.Model, fit.TensorParallel))];

    /// <summary>The profile of a split; its step time is that of one pipeline stage, its KV that of all.</summary>
    /// <exception cref="ArgumentException">The split is not among the published ones.</exception>
    public static StepTimeProfile Of(string model, int tensorParallel, int pipelineStages = 1)
    {
        var fit = Fits.FirstOrDefault(fit => fit.Model == model && fit.TensorParallel == tensorParallel);
        var kv = KvTokens.FirstOrDefault(kv => (kv.Model, kv.TensorParallel, kv.PipelineStages) == (model, tensorParallel, pipelineStages));
        if (fit is null || kv.Tokens == 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"There is no fit of {model} with tensor-parallel {tensorParallel} and {pipelineStages} stages; there are "
                    + $"opt-13b with 1, 2, 4 and opt-66b with 2, 3, 4, 8 devices, each with 1, 2 or 4 stages."));
        }

        return new StepTimeProfile
        {
            Name = string.Create(
                CultureInfo.InvariantCulture, $"{model}-a100-tp{tensorParallel}{(pipelineStages > 1 ? $"-pp{pipelineStages}" : "")}"),
            Origin = "coefficients and KV tokens published with DistServe (arXiv 2401.09670) for its engine on A100-80GB",
            StepTime = fit.StepTime(pipelineStages),
            KvTokens = kv.Tokens,
            Limits = new BatchLimits { StepTokensMax = 2_048, RunningMax = 256 },
        };
    }

    private sealed record Fit(
        string Model,
        int TensorParallel,
        (double, double, double) Prefill,
        (double, double, double) Decode,
        (double, double, double) LargeDecode)
    {
        public DistServeStepTime StepTime(int pipelineStages) => new()
        {
            Prefill = InUs(Prefill),
            Decode = InUs(Decode),
            LargeDecode = InUs(LargeDecode),
            PipelineStages = pipelineStages,
        };

        private static (double, double, double) InUs((double A, double B, double C) ms) => (1e3 * ms.A, 1e3 * ms.B, 1e3 * ms.C);
    }
}
