using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>
/// Belief about output lengths. Pure: same query and state, same belief. The predictor is immutable; what it learns lives in its state, one
/// per host, which hears the same events as every policy's. Deterministic in the order of the events.
/// </summary>
public interface ILengthPredictor
{
    /// <summary>The policy as it is written (<see cref="Catalogue.PolicySpec"/>).</summary>
    string Name { get; }

    /// <summary>Fresh memory for one host. It learns only from answers that are whole (<see cref="RequestEnd.IsCompleted"/>).</summary>
    PolicyState NewState();

    /// <summary>Believed total output of a request that has generated <see cref="LengthQuery.GeneratedTokens"/> so far.</summary>
    LengthBelief Predict(in LengthQuery query, PolicyState state);
}

/// <summary>What is known of the request when its length is asked for.</summary>
/// <param name="Request">The request.</param>
/// <param name="GeneratedTokens">Tokens that it has generated.</param>
/// <param name="OutputTokensMax">Most that it generates here, at least one more.</param>
public readonly record struct LengthQuery(RequestFacts Request, int GeneratedTokens, int OutputTokensMax);
