using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prediction;

/// <summary>A predictor with its memory, as a host keeps them.</summary>
internal sealed class Learner(ILengthPredictor predictor)
{
    private readonly PolicyState _state = predictor.NewState();

    public void Learn(ClassId requestClass, int outputTokens, int promptTokens = 10, RequestOutcome outcome = RequestOutcome.Stopped) =>
        _state.Ended(Facts(requestClass, 1000, promptTokens), 0, new RequestEnd(outcome, outputTokens, 0));

    public void Run(ClassId requestClass, int slot, int generatedTokens)
    {
        _state.Arrived(Facts(requestClass, 1000, 10), slot);
        _state.Generated(default, slot, generatedTokens);
    }

    public LengthBelief Predict(ClassId requestClass, int generatedTokens, int outputTokensMax, int promptTokens = 10) =>
        predictor.Predict(
            new LengthQuery(Facts(requestClass, outputTokensMax, promptTokens), generatedTokens, outputTokensMax), _state);

    private static RequestFacts Facts(ClassId requestClass, int outputTokensMax, int promptTokens) => new()
    {
        Id = default,
        PromptTokens = promptTokens,
        OutputTokensMax = outputTokensMax,
        ArrivalUs = 0,
        Class = requestClass,
    };
}
