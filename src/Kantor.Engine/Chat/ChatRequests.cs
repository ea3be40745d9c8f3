using Kantor.Core.Requests;
using Kantor.Engine.Backends;
using Kantor.Engine.Streams;
using Microsoft.Extensions.AI;

namespace Kantor.Engine.Chat;

/// <summary>From the common chat interface's messages and options to a request of the engine.</summary>
internal static class ChatRequests
{
    public static GenerationRequest ToRequest(IEnumerable<ChatMessage> messages, ChatOptions? options, IInferenceEngine engine)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new ChatOptions();
        RefuseUnsupported(options, engine.Model.ModelName);
        var turns = messages.Select(ToTurn).ToList();
        if (options.Instructions is { } instructions) turns.Insert(0, new ChatTurn("system", instructions));
        var prompt = engine.Tokenizer.EncodeChat(turns);
        return new GenerationRequest
        {
            PromptTokens = prompt,
            OutputTokensMax = options.MaxOutputTokens ?? RoomAfter(prompt.Length, engine.Model),
            StopTexts = [.. options.StopSequences ?? []],
            Sampling = ToSampling(options),
        };
    }

    private static ChatTurn ToTurn(ChatMessage message)
    {
        if (message.Role != ChatRole.System && message.Role != ChatRole.User && message.Role != ChatRole.Assistant)
        {
            throw new NotSupportedException($"Messages of role '{message.Role}' are not supported; system, user and assistant are.");
        }

        foreach (var content in message.Contents)
        {
            if (content is not TextContent)
            {
                throw new NotSupportedException($"A message holds {content.GetType().Name}; only text is supported.");
            }
        }

        return new ChatTurn(message.Role.Value, message.Text);
    }

    private static SamplingSpec ToSampling(ChatOptions options)
    {
        var defaults = new SamplingSpec();
        return new SamplingSpec
        {
            Temperature = options.Temperature ?? defaults.Temperature,
            TopP = options.TopP ?? defaults.TopP,
            TopK = options.TopK,
            FrequencyPenalty = options.FrequencyPenalty ?? defaults.FrequencyPenalty,
            PresencePenalty = options.PresencePenalty ?? defaults.PresencePenalty,
            Seed = options.Seed,
        };
    }

    /// <summary>
    /// As many tokens as fit after the prompt; 1 when none do, so that the engine refuses the request with its own message.
    /// </summary>
    private static int RoomAfter(int promptTokens, BackendInfo model) =>
        Math.Max(1, Math.Min(model.ContextTokensMax, model.KvTokensTotal) - promptTokens + 1);

    private static void RefuseUnsupported(ChatOptions options, string model)
    {
        Refuse(
            options.ModelId is not null && options.ModelId != model,
            $"{nameof(options.ModelId)} '{options.ModelId}' (the model is '{model}')");
        Refuse(options.Tools is { Count: > 0 }, nameof(options.Tools));
        Refuse(options.ResponseFormat is not (null or ChatResponseFormatText), nameof(options.ResponseFormat));
        Refuse(options.ConversationId is not null, nameof(options.ConversationId));
        Refuse(options.Reasoning is not null, nameof(options.Reasoning));
        Refuse(options.RawRepresentationFactory is not null, nameof(options.RawRepresentationFactory));
        Refuse(options.AdditionalProperties is { Count: > 0 }, nameof(options.AdditionalProperties));
    }

    private static void Refuse(bool isAskedFor, string option)
    {
        if (isAskedFor) throw new NotSupportedException($"The engine does not support the option {option}.");
    }
}
