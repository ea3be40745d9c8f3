using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>
/// Belief about output lengths, learnt from finished requests only. Owner: the host's loop. Deterministic in the order of observations.
/// </summary>
public interface ILengthPredictor
{
    /// <summary>Name in the catalogue.</summary>
    string Name { get; }

    /// <summary>Believed total output of a request that has generated <see cref="LengthQuery.GeneratedTokens"/> so far.</summary>
    LengthBelief Predict(in LengthQuery query);

    /// <summary>A request of the class finished by itself after so many tokens; cancelled and refused ones are not observed.</summary>
    void Observe(ClassId requestClass, int promptTokens, int outputTokens);
}

/// <summary>What is known of the request when its length is asked for.</summary>
public readonly record struct LengthQuery(ClassId Class, int PromptTokens, int GeneratedTokens, int OutputTokensMax);

/// <summary>Belief about one request's total output.</summary>
/// <param name="MeanTokens">Expected total output, at least one more than generated, at most the declared limit.</param>
/// <param name="UpperTokens">A value that the output exceeds seldom (the predictor says how seldom); between the mean and the declared limit.</param>
public readonly record struct LengthBelief(int MeanTokens, int UpperTokens);
