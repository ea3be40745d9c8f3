using System.Net.Http.Headers;
using System.Text.Json;

namespace Kantor.Cli.Bench;

/// <summary>How a request is said and its answer is read, in one of the two APIs of an OpenAI endpoint.</summary>
internal abstract class BenchApi
{
    /// <summary>Prompts as token ids. A turn begins with the prompt of the turn before, answers left out: lengths are exact.</summary>
    public static BenchApi Completions { get; } = new CompletionsApi();

    /// <summary>Conversations.</summary>
    public static BenchApi Chat { get; } = new ChatApi();

    /// <summary>Path of its route.</summary>
    public abstract string Path { get; }

    /// <summary>The body of a request that streams its answer.</summary>
    public ByteArrayContent BodyOf(BenchCall call)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", call.Model);
            WritePrompt(json, call);
            json.WriteNumber("max_tokens", call.Planned.OutputTokensMax);
            json.WriteNumber("temperature", 0);
            if (call.IgnoresEos) json.WriteBoolean("ignore_eos", true);
            if (call.Planned.Class?.Priority is { } priority) json.WriteNumber("priority", priority);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new ByteArrayContent(buffer.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>The text of an event's first choice; null when it has none.</summary>
    public string? TextOf(JsonElement root) =>
        root.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0 ? TextOfChoice(choices[0]) : null;

    /// <summary>The whole answer came.</summary>
    public virtual void NoteAnswer(BenchCall call, string text)
    {
    }

    /// <summary>Writes what is asked.</summary>
    protected abstract void WritePrompt(Utf8JsonWriter json, BenchCall call);

    /// <summary>The text that an event adds to a choice; null when it adds none.</summary>
    protected abstract string? TextOfChoice(JsonElement choice);

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private sealed class CompletionsApi : BenchApi
    {
        public override string Path => "v1/completions";

        protected override void WritePrompt(Utf8JsonWriter json, BenchCall call)
        {
            json.WriteStartArray("prompt");
            foreach (var token in call.Planned.Prompt) json.WriteNumberValue(token);
            json.WriteEndArray();
        }

        protected override string? TextOfChoice(JsonElement choice) => Text(choice, "text");
    }

    /// <summary>Turns are messages of the user, one word for each token, and the answers that really came stand between them.</summary>
    private sealed class ChatApi : BenchApi
    {
        public override string Path => "v1/chat/completions";

        public override void NoteAnswer(BenchCall call, string text) => call.Session.Add(Asked(call.Planned), text);

        protected override void WritePrompt(Utf8JsonWriter json, BenchCall call)
        {
            json.WriteStartArray("messages");
            foreach (var (asked, answered) in call.Session.Turns)
            {
                WriteMessage(json, "user", asked);
                WriteMessage(json, "assistant", answered);
            }

            WriteMessage(json, "user", Asked(call.Planned));
            json.WriteEndArray();
        }

        protected override string? TextOfChoice(JsonElement choice) =>
            choice.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object
                ? Text(delta, "content") ?? Text(delta, "reasoning_content")
                : null;

        private static string Asked(PlannedRequest planned) => BenchWords.Of(planned.Prompt.AsSpan()[^planned.NewTokens..]);

        private static void WriteMessage(Utf8JsonWriter json, string role, string content)
        {
            json.WriteStartObject();
            json.WriteString("role", role);
            json.WriteString("content", content);
            json.WriteEndObject();
        }
    }
}
