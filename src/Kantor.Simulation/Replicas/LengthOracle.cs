using Kantor.Core.Prediction;
using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation.Replicas;

/// <summary>
/// The true output length of every open request: what a model would show token by token, and no policy ever sees. Clients bring it along;
/// replicas ask it in place of their model. The exception is <see cref="NoisyOracle"/>, which experiments choose by name.
/// </summary>
internal sealed class LengthOracle
{
    private readonly Dictionary<int, int> _outputTokens = [];

    /// <summary>A request is open from now on; its whole answer has so many tokens, at least 1.</summary>
    public void Open(int request, int outputTokens) => _outputTokens.Add(request, outputTokens);

    /// <summary>A request is over and will not be tried again.</summary>
    public void Close(int request) => _outputTokens.Remove(request);

    /// <summary>Tokens of an open request's whole answer.</summary>
    public int OutputTokensOf(int request) => _outputTokens[request];

    /// <summary>A predictor of the pool, told the truth if it is one that disturbs it.</summary>
    public ILengthPredictor PredictorOf(ReplicaPool pool) => pool.NewPredictor() is var predictor && predictor is NoisyOracle oracle
        ? oracle.Knowing(request => OutputTokensOf(AttemptId.RequestOf(request.Id.Value)))
        : predictor;
}
