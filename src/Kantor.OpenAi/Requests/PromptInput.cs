using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>One prompt: text, or token ids.</summary>
public sealed record PromptInput
{
    private PromptInput()
    {
    }

    /// <summary>The text; null when there are token ids.</summary>
    public string? Text { get; private init; }

    /// <summary>
    /// Token ids, at least one, none negative; null when there is a text. Whether the vocabulary has them is for the server to check.
    /// </summary>
    public int[]? Tokens { get; private init; }

    /// <summary>A prompt of text.</summary>
    public static PromptInput Of(string text) => new() { Text = text };

    /// <summary>A prompt of token ids.</summary>
    public static PromptInput Of(int[] tokens) => new() { Tokens = tokens };

    /// <summary>A string, an array of strings, an array of token ids, or an array of such arrays.</summary>
    internal static IReadOnlyList<PromptInput> Read(Field field, RequestLimits limits)
    {
        if (field.IsText) return [Of(field.Text() ?? "")];
        if (!field.IsArray)
        {
            field.RefuseType("a string, an array of strings, an array of token ids, or an array of arrays of token ids");
            return [];
        }

        if (field.Count == 0) field.Refuse("is empty; at least one prompt is needed.");
        var first = (field.Items(int.MaxValue) ?? []).Take(1).ToArray();
        if (first is [{ IsNumber: true }]) return [Of(TokenIds(field))];
        return [.. (field.Items(limits.PromptsMax) ?? []).Select(entry => Entry(entry, first[0].IsText))];
    }

    /// <summary>Whole numbers from 0.</summary>
    internal static int[] TokenIds(Field field)
    {
        if (field.IsArray && field.Count == 0) field.Refuse("is empty; at least one token id is needed.");
        return [.. (field.Items(int.MaxValue) ?? []).Select(TokenId)];
    }

    private static int TokenId(Field entry)
    {
        if (entry.IsNull) entry.RefuseNull();
        return entry.Whole(0, int.MaxValue) ?? 0;
    }

    private static PromptInput Entry(Field entry, bool isText)
    {
        if (entry.IsNull) entry.RefuseNull();
        else if (isText && !entry.IsText) entry.RefuseType("a string like the entry before it");
        else if (!isText && !entry.IsArray) entry.RefuseType("an array of token ids like the entry before it");
        else return isText ? Of(entry.Text() ?? "") : Of(TokenIds(entry));
        return Of("");
    }
}
