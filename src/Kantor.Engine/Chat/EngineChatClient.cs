using System.Runtime.CompilerServices;
using Kantor.Core.Requests;
using Kantor.Engine.Streams;
using Microsoft.Extensions.AI;

namespace Kantor.Engine.Chat;

/// <summary>
/// The engine as .NET's common chat interface, for programs that have the model in their own process. Any number of calls may run at once;
/// they are scheduled together. The engine stays its owner's: disposing the client leaves it running.
/// </summary>
/// <remarks>
/// Text only. An option that the engine does not have (tools, response formats, stored conversations, reasoning effort, anything
/// provider-specific) is refused with <see cref="NotSupportedException"/>, never ignored.
/// </remarks>
public sealed class EngineChatClient(IInferenceEngine engine) : IChatClient
{
    private long _responses;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A message or option asks for what the engine does not have.</exception>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    /// <exception cref="GenerationFailedException">The engine refused the request or could not finish it.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A message or option asks for what the engine does not have.</exception>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    /// <exception cref="GenerationFailedException">The engine refused the request or could not finish it.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = ChatRequests.ToRequest(messages, options, engine);
        var id = $"chat-{Interlocked.Increment(ref _responses)}";
        await using var stream = engine.Submit(request);
        await foreach (var delta in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (delta.Text.Length > 0) yield return Update(id, new TextContent(delta.Text));
            if (delta.Finish is { } finish) yield return Last(id, finish);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        if (serviceType == typeof(ChatClientMetadata)) return new ChatClientMetadata("kantor", null, engine.Model.ModelName);
        return serviceType.IsInstanceOfType(this) ? this : serviceType.IsInstanceOfType(engine) ? engine : null;
    }

    /// <summary>Does nothing; the engine is its owner's to dispose.</summary>
    public void Dispose()
    {
    }

    private ChatResponseUpdate Update(string id, AIContent content) => new(ChatRole.Assistant, [content])
    {
        ResponseId = id,
        MessageId = id,
        ModelId = engine.Model.ModelName,
    };

    private ChatResponseUpdate Last(string id, ChoiceFinish finish)
    {
        if (finish.Outcome is not (RequestOutcome.Stopped or RequestOutcome.LengthReached)) throw new GenerationFailedException(finish);
        var last = Update(id, new UsageContent(new UsageDetails
        {
            InputTokenCount = finish.PromptTokens,
            OutputTokenCount = finish.GeneratedTokens,
            TotalTokenCount = finish.PromptTokens + finish.GeneratedTokens,
            CachedInputTokenCount = finish.CachedTokens,
        }));
        last.FinishReason = finish.Outcome == RequestOutcome.Stopped ? ChatFinishReason.Stop : ChatFinishReason.Length;
        return last;
    }
}
