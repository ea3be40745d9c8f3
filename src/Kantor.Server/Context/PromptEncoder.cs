using System.Globalization;
using System.Text;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.Server.Http;

namespace Kantor.Server.Context;

/// <summary>
/// Turns prompts into tokens on the caller's thread, never on the engine's, and checks token ids that came from outside. A tokenizer may
/// take time quadratic in its text and cannot be interrupted, so texts are limited by their size first, and few long ones are at work at
/// the same time.
/// </summary>
internal sealed class PromptEncoder(ITextModel model, RequestLimits limits) : IDisposable
{
    private const int LongTextBytes = 32 * 1024;

    private readonly SemaphoreSlim _longTexts = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Most UTF-8 bytes of the texts of one prompt.</summary>
    public long BytesMax => (long)model.Model.SequenceTokensMax * limits.PromptBytesPerTokenMax;

    /// <summary>Tokens of a conversation under the model's chat template.</summary>
    /// <exception cref="ApiErrorException">The text is too long, or the model has no chat template (400).</exception>
    public async Task<int[]> ChatAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellation)
    {
        var bytes = messages.Sum(message => (long)Encoding.UTF8.GetByteCount(message.Text));
        try
        {
            return await EncodeAsync(
                bytes,
                "messages",
                tokenizer => tokenizer.EncodeChat([.. messages.Select(message => new ChatTurn(message.Role, message.Text))]),
                cancellation);
        }
        catch (InvalidOperationException e)
        {
            throw new ApiErrorException(
                ApiError.BadRequest("messages", $"{e.Message} Use /v1/completions.", ErrorCodes.ChatTemplateMissing));
        }
    }

    /// <summary>Tokens of one prompt or input, never empty.</summary>
    /// <param name="input">The prompt.</param>
    /// <param name="param">Name of the field, for errors.</param>
    /// <param name="cancellation">Ends the wait for a free place.</param>
    /// <exception cref="ApiErrorException">The text is too long or empty, or a token id is outside the vocabulary (400).</exception>
    public async Task<int[]> PlainAsync(PromptInput input, string param, CancellationToken cancellation)
    {
        var tokens = input.Tokens ?? await TextAsync(input.Text!, addBos: true, param, cancellation);
        if (tokens.Length == 0)
        {
            throw new ApiErrorException(ApiError.BadRequest(param, $"'{param}' has no tokens; at least one is needed."));
        }

        CheckIds(tokens, param);
        return tokens;
    }

    /// <summary>Tokens of a text, in which nothing becomes a control token.</summary>
    /// <exception cref="ApiErrorException">The text is too long (400).</exception>
    public Task<int[]> TextAsync(string text, bool addBos, string param, CancellationToken cancellation) =>
        EncodeAsync(
            Encoding.UTF8.GetByteCount(text), param, tokenizer => tokenizer.Encode(text, addBos, parseSpecial: false), cancellation);

    /// <summary>Refuses token ids outside the vocabulary: the kernels index tables with them.</summary>
    /// <exception cref="ApiErrorException">There is one (400).</exception>
    public void CheckIds(IEnumerable<int> tokens, string param)
    {
        var size = model.Tokenizer.VocabularySize;
        foreach (var token in tokens)
        {
            if ((uint)token < (uint)size) continue;
            throw new ApiErrorException(ApiError.BadRequest(
                param, string.Create(
                    CultureInfo.InvariantCulture, $"'{param}' names token {token}; the vocabulary has {size} tokens, from 0.")));
        }
    }

    public void Dispose() => _longTexts.Dispose();

    private async Task<int[]> EncodeAsync(long bytes, string param, Func<ITokenizer, int[]> encode, CancellationToken cancellation)
    {
        if (bytes > BytesMax)
        {
            throw new ApiErrorException(ApiError.BadRequest(
                param,
                $"'{param}' has {bytes} bytes of text; prompt and answer have {model.Model.SequenceTokensMax} tokens at most, for which "
                    + $"at most {BytesMax} bytes are tokenised.",
                ErrorCodes.ContextLengthExceeded));
        }

        if (bytes <= LongTextBytes) return encode(model.Tokenizer);
        await _longTexts.WaitAsync(cancellation);
        try
        {
            return encode(model.Tokenizer);
        }
        finally
        {
            _longTexts.Release();
        }
    }
}
