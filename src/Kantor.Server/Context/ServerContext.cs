using Kantor.Engine;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;
using Kantor.Server.Configuration;
using Kantor.Server.Hosting;
using Kantor.Server.Http;
using Kantor.Server.Metrics;
using Microsoft.Extensions.Logging;

namespace Kantor.Server.Context;

/// <summary>What all endpoints share.</summary>
internal sealed record ServerContext(
    ServerOptions Options,
    IInferenceEngine Engine,
    EngineMetrics Metrics,
    PromptEncoder Prompts,
    Draining Draining,
    TimeProvider Time,
    ILogger Log)
{
    private readonly long _createdUnixSeconds = Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The model as clients see it.</summary>
    public ModelEntry Model => new(Engine.Model.ModelName, _createdUnixSeconds, Engine.Model.SequenceTokensMax);

    /// <summary>Refuses a request for a model that is not served here; null stands for the one that is.</summary>
    /// <exception cref="ApiErrorException">Status 404.</exception>
    public void CheckModel(string? asked)
    {
        var served = Engine.Model.ModelName;
        if (asked is null || asked == served) return;
        throw new ApiErrorException(new ApiError(
            404, $"The model {QuotedText.Of(asked)} is not served here; '{served}' is.", ApiError.InvalidRequest, "model",
            ErrorCodes.ModelNotFound));
    }

    /// <summary>The head of a new answer, with a name that no other answer has.</summary>
    public AnswerHead NewHead(string prefix)
    {
        var id = $"{prefix}-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12))}";
        return new AnswerHead(id, Time.GetUtcNow().ToUnixTimeSeconds(), Engine.Model.ModelName);
    }
}
