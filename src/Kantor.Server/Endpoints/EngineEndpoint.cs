using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Sampling;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Requests;
using Kantor.Server.Metrics;

namespace Kantor.Server.Endpoints;

/// <summary>An engine in this process as an endpoint. It does not own the engine: whoever made that disposes it.</summary>
/// <param name="engine">What answers.</param>
/// <param name="metrics">The engine's observer, whose figures are shown; null for the engine's snapshot alone.</param>
public sealed class EngineEndpoint(IInferenceEngine engine, EngineMetrics? metrics = null) : IEndpoint
{
    private readonly EngineMetrics _metrics = metrics ?? new EngineMetrics();

    /// <inheritdoc/>
    public EndpointInfo Info { get; } = new(engine.Model.ModelName)
    {
        SequenceTokensMax = engine.Model.SequenceTokensMax,
        AnswersMax = engine.Abilities.ChoicesMax,
        Policy = engine.Snapshot().Policy,
        HasPriorities = engine.Abilities.HasPriorities,
    };

    /// <inheritdoc/>
    public ITextModel Model => engine;

    /// <inheritdoc/>
    public EndpointSnapshot Snapshot()
    {
        var now = engine.Snapshot();
        return new EndpointSnapshot(now.Running, now.Waiting, now.KvTokensUsed, now.KvTokensTotal, AgeUs: 0, now.Fault);
    }

    /// <inheritdoc/>
    public StepModelReport StepModel() => engine.StepModel();

    /// <inheritdoc/>
    public string MetricsText() => _metrics.Render(engine);

    /// <inheritdoc/>
    public Task<EndpointAnswer> SendAsync(EndpointCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        var fields = call.Fields ?? throw new ArgumentException($"{call.Path} generates no text.", nameof(call));
        GenerationRequest[] requests = [.. call.Prompts.Zip(
            call.Facts, (prompt, facts) => RequestOf(fields, prompt, facts, call.Constraint))];
        return Task.FromResult<EndpointAnswer>(new EngineAnswer(engine, requests));
    }

    private static GenerationRequest RequestOf(
        GenerationFields fields, int[] prompt, RequestFacts facts, ITokenConstraint? constraint) => new()
        {
            PromptTokens = prompt,
            OutputTokensMax = facts.OutputTokensMax,
            OutputTokensMin = fields.OutputTokensMin,
            IgnoresEnd = fields.IgnoresEnd,
            Choices = fields.Choices,
            StopTexts = fields.Stop,
            TopLogprobs = fields.TopLogprobs,
            Sampling = fields.Sampling,
            Constraint = constraint,
            Priority = facts.Priority,
            Class = facts.Class,
            Tenant = facts.Tenant,
            CacheDomain = facts.CacheDomain,
        };
}
