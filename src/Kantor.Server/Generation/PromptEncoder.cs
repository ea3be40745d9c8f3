using System.Globalization;
using Kantor.Engine.Backends;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.Server.Routing;

namespace Kantor.Server.Generation;

/// <summary>Turns prompts into tokens, on the caller's thread, and checks token ids that came from outside.</summary>
internal static class PromptEncoder
{
    /// <summary>Tokens of a conversation under the model's chat template.</summary>
    /// <exception cref="ApiErrorException">The model has no chat template (400).</exception>
    public static int[] Chat(ITokenizer tokenizer, IReadOnlyList<ChatMessage> messages)
    {
        try
        {
            return tokenizer.EncodeChat([.. messages.Select(message => new ChatTurn(message.Role, message.Text))]);
        }
        catch (InvalidOperationException e)
        {
            throw new ApiErrorException(ApiError.BadRequest("messages", $"{e.Message} Use /v1/completions.", ErrorCodes.ChatTemplateMissing));
        }
    }

    /// <summary>Tokens of one prompt or input, never empty. Text never becomes a control token.</summary>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="input">The prompt.</param>
    /// <param name="param">Name of the field, for errors.</param>
    public static int[] Plain(ITokenizer tokenizer, PromptInput input, string param)
    {
        var tokens = input.Tokens ?? tokenizer.Encode(input.Text!, addBos: true, parseSpecial: false);
        if (tokens.Length == 0) throw new ApiErrorException(ApiError.BadRequest(param, $"'{param}' has no tokens; at least one is needed."));
        CheckIds(tokenizer, tokens, param);
        return tokens;
    }

    /// <summary>Refuses token ids outside the vocabulary: the kernels index tables with them.</summary>
    public static void CheckIds(ITokenizer tokenizer, IEnumerable<int> tokens, string param)
    {
        foreach (var token in tokens)
        {
            if ((uint)token < (uint)tokenizer.VocabularySize) continue;
            throw new ApiErrorException(ApiError.BadRequest(
                param,
                string.Create(CultureInfo.InvariantCulture, $"'{param}' names token {token}; the vocabulary has {tokenizer.VocabularySize} tokens, from 0.")));
        }
    }
}
