using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.StepTime;

namespace Kantor.Simulation.Tests;

/// <summary>A replica of milliseconds and thousands of tokens, with a composed step time.</summary>
internal static class ComposedSteps
{
    public static readonly ComposedStepTime Model = new()
    {
        TokensUs = new TokenTable(tokens => 4000 + (20.0 * tokens), 8192),
        SampledUs = new TokenTable(rows => 100 + rows, 1024),
        DecodeAttentionUs = new OctaveGrid((sequences, kv) => 20 + sequences + (0.01 * kv), 14, 28),
        MixedDecodeAttentionUs = new OctaveGrid((sequences, kv) => 20 + sequences + (0.01 * kv), 14, 28),
        PrefillAttentionUs = new OctaveGrid((_, attention) => 30 + (0.0001 * attention), 18, 40),
    };

    public static SimulationOptions Replica => new()
    {
        Planner = new VllmV1Planner(),
        Router = new VllmDpRouter(),
        Limits = new BatchLimits { StepTokensMax = 2048, RunningMax = 64 },
        Kv = new KvLedgerOptions { BlocksTotal = 4000, BlockSizeTokens = 16, PrefixCaching = false },
        StepTime = Model,
        NewPredictor = () => new ConstantLengthPredictor(20),
        OutputTokensMax = 200,
    };
}
