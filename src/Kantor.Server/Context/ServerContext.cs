using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;
using Kantor.Server.Configuration;
using Kantor.Server.Constraints;
using Kantor.Server.Endpoints;
using Kantor.Server.Hosting;
using Kantor.Server.Http;
using Kantor.Server.Metrics;
using Microsoft.Extensions.Logging;

namespace Kantor.Server.Context;

/// <summary>What all routes share.</summary>
internal sealed record ServerContext(
    ServerOptions Options,
    IEndpoint Endpoint,
    ServerMetrics Metrics,
    PromptEncoder? Prompts,
    Draining Draining,
    TimeProvider Time,
    ILogger Log)
{
    private readonly long _createdUnixSeconds = Time.GetUtcNow().ToUnixTimeSeconds();
    /// <summary>Makes constraints for the model in this process; null where there is none.</summary>
    public ConstraintMaker? Constraints { get; } = Endpoint.Model is { } model ? new ConstraintMaker(model) : null;

    private readonly long _startedAt = Time.GetTimestamp();
    private long _requests;

    /// <summary>The model as clients see it.</summary>
    public ModelEntry Model => new(Endpoint.Info.ModelName, _createdUnixSeconds, Endpoint.Info.SequenceTokensMax);

    /// <summary>Refuses a request for a model that is not served here; null stands for the one that is.</summary>
    /// <exception cref="ApiErrorException">Status 404.</exception>
    public void CheckModel(string? asked)
    {
        var served = Endpoint.Info.ModelName;
        if (asked is null || asked == served) return;
        throw new ApiErrorException(new ApiError(
            404, $"The model {QuotedText.Of(asked)} is not served here; '{served}' is.", ApiError.InvalidRequest, "model",
            ErrorCodes.ModelNotFound));
    }

    /// <summary>Microseconds since the server was made: the clock of the facts that it states.</summary>
    public long NowUs => (long)Time.GetElapsedTime(_startedAt).TotalMicroseconds;

    /// <summary>A name for a prompt that no other has here.</summary>
    public RequestId NewId() => new(Interlocked.Increment(ref _requests));

    /// <summary>The head of a new answer, with a name that no other answer has.</summary>
    public AnswerHead NewHead(string prefix)
    {
        var id = $"{prefix}{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12))}";
        return new AnswerHead(id, Time.GetUtcNow().ToUnixTimeSeconds(), Endpoint.Info.ModelName);
    }
}
