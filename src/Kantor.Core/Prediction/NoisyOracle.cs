using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>
/// Tells true output lengths, disturbed: for experiments on how much policies lose by bad beliefs. Only a host that knows the truth can
/// use one, so it stands in no catalogue. The noise of a request is the same whenever it is asked for.
/// </summary>
/// <param name="trueTokens">The true output of a request, at least 1; null until a host tells (<see cref="Knowing"/>).</param>
/// <param name="options">How it is disturbed.</param>
public sealed class NoisyOracle(Func<RequestFacts, int>? trueTokens, NoisyOracleOptions options) : ILengthPredictor
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the true length, disturbed; in simulations only, which know it", "a control")
    {
        Information = LengthInformation.Point,
        Evidence = Evidence.Own,
        Cost = "O(1)",
    };

    private readonly RandomStream _noise = new((ulong)options.Seed, "noisy-oracle");

    /// <inheritdoc/>
    public string Name { get; } = PolicySpec.Of("noisy", NoisyOracleOptions.Keys, options).ToString();

    /// <summary>The same in a host that knows the truth.</summary>
    public NoisyOracle Knowing(Func<RequestFacts, int> truth) => new(truth, options);

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The host has not told it the truth.</exception>
    public LengthBelief Predict(in LengthQuery query, PolicyState state)
    {
        var tokens = (trueTokens ?? throw NotTold())(query.Request);
        return options.Kind == OracleKind.Point ? Point(query, tokens) : Interval(query, tokens);
    }

    private InvalidOperationException NotTold() => new($"'{Name}' works only in a host that knows true lengths: a simulation.");

    private LengthBelief Point(in LengthQuery query, int tokens)
    {
        var believed = Within(query, tokens * Math.Exp(options.Noise * Normal(query.Request.Id)));
        return new LengthBelief(believed, believed);
    }

    private LengthBelief Interval(in LengthQuery query, int tokens)
    {
        var below = Math.Pow(1 + options.Noise, -Uniform(query.Request.Id, 0));
        var lower = Math.Clamp((int)Math.Ceiling(tokens * below), 1, tokens);
        var upper = Math.Max(tokens, (int)Math.Min(int.MaxValue / 2, Math.Floor(tokens * below * (1 + options.Noise))));
        var law = new UniformLength(lower, upper);
        var from = Math.Max(lower, query.GeneratedTokens + 1);
        var mean = Within(query, (from + (double)Math.Max(from, upper)) / 2);
        return new LengthBelief(mean, Math.Max(mean, Within(query, upper)))
        {
            Law = law,
            GeneratedTokens = query.GeneratedTokens,
            OutputTokensMax = query.OutputTokensMax,
        };
    }

    private double Uniform(RequestId id, ulong draw) => _noise.DoubleAt((2 * (ulong)id.Value) + draw);

    /// <summary>Box and Muller's normal number of the request.</summary>
    private double Normal(RequestId id) => Math.Sqrt(-2 * Math.Log(1 - Uniform(id, 0))) * Math.Cos(2 * Math.PI * Uniform(id, 1));

    private static int Within(in LengthQuery query, double tokens) =>
        (int)Math.Clamp(Math.Round(tokens), query.GeneratedTokens + 1, query.OutputTokensMax);

    /// <summary>Every length of an interval is as likely as every other; whoever outlasts it ends with the next token.</summary>
    private sealed class UniformLength(int lower, int upper) : ILengthLaw
    {
        public double Survival(int tokens, int given)
        {
            if (tokens <= given) return 1;
            var from = Math.Max(lower, given + 1);
            return from > upper ? 0 : Math.Clamp((upper - (double)tokens) / (upper - from + 1.0), 0, 1);
        }

        public int Quantile(double share, int given)
        {
            var from = Math.Max(lower, given + 1);
            return from > upper ? from : from + Math.Max(0, (int)Math.Ceiling(share * (upper - from + 1.0)) - 1);
        }
    }
}
