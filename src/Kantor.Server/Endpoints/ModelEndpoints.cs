using System.Buffers;
using System.Text;
using System.Text.Json;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Context;
using Kantor.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Endpoints;

/// <summary>Routes about the model that generate no text: list, embeddings, tokens.</summary>
internal sealed class ModelEndpoints(ServerContext server)
{
    public Task ListAsync(HttpContext http)
    {
        http.Response.ContentType = JsonBody.ContentType;
        ListWriter.WriteModels(http.Response.BodyWriter, [server.Model]);
        return http.Response.BodyWriter.FlushAsync(http.RequestAborted).AsTask();
    }

    public Task ShowAsync(HttpContext http)
    {
        // The host leaves an encoded slash as it is, and names of models have slashes.
        var asked = http.Request.Path.Value![(RouteTable.Models.Length + 1)..].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        server.CheckModel(asked);
        http.Response.ContentType = JsonBody.ContentType;
        ListWriter.WriteModel(http.Response.BodyWriter, server.Model);
        return http.Response.BodyWriter.FlushAsync(http.RequestAborted).AsTask();
    }

    public async Task EmbedAsync(HttpContext http)
    {
        var request = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Embedding);
        server.CheckModel(request.Model);
        CheckDimensions(request.Dimensions);
        var inputs = new int[request.Inputs.Count][];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = await EncodeAsync(request.Inputs[i], http.RequestAborted);
        var vectors = new float[inputs.Length][];
        for (var i = 0; i < inputs.Length; i++) vectors[i] = await EmbedAsync(inputs[i], http.RequestAborted);
        http.Response.ContentType = JsonBody.ContentType;
        ListWriter.WriteEmbeddings(
            http.Response.BodyWriter, server.Engine.Model.ModelName, vectors, request.AsBase64, inputs.Sum(tokens => tokens.Length));
        await BoundedWriting.FlushAsync(http, server, "embedding");
    }

    public async Task TokenizeAsync(HttpContext http)
    {
        var request = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Tokenize);
        server.CheckModel(request.Model);
        var tokens = request.Messages is { } messages
            ? await server.Prompts.ChatAsync(messages, http.RequestAborted)
            : await server.Prompts.TextAsync(request.Prompt!, request.AddSpecialTokens, "prompt", http.RequestAborted);
        await WriteJsonAsync(http, json => WriteTokens(json, tokens, request.ReturnTokenTexts));
    }

    public async Task DetokenizeAsync(HttpContext http)
    {
        var request = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Detokenize);
        server.CheckModel(request.Model);
        server.Prompts.CheckIds(request.Tokens, "tokens");
        var utf8 = new ArrayBufferWriter<byte>();
        foreach (var token in request.Tokens) server.Engine.Tokenizer.Decode(token, utf8);
        await WriteJsonAsync(http, json => json.WriteString("prompt", Encoding.UTF8.GetString(utf8.WrittenSpan)));
    }

    private void CheckDimensions(int? asked)
    {
        var size = server.Engine.Model.EmbeddingSize;
        if (asked is null || asked == size) return;
        throw new ApiErrorException(
            ApiError.BadRequest("dimensions", $"'dimensions' is {asked}; this model's embeddings have {size} numbers."));
    }

    private async Task<int[]> EncodeAsync(PromptInput input, CancellationToken cancellation)
    {
        var tokens = await server.Prompts.PlainAsync(input, "input", cancellation);
        var most = server.Engine.Model.ContextTokensMax;
        if (tokens.Length <= most) return tokens;
        throw new ApiErrorException(ApiError.BadRequest(
            "input", $"An input has {tokens.Length} tokens; the model's context is {most} tokens.", ErrorCodes.ContextLengthExceeded));
    }

    private async Task<float[]> EmbedAsync(int[] tokens, CancellationToken cancellation)
    {
        try
        {
            return await server.Engine.EmbedAsync(tokens, cancellation);
        }
        catch (ArgumentException e)
        {
            throw new ApiErrorException(ApiError.BadRequest("input", e.Message));
        }
        catch (InvalidOperationException e)
        {
            throw new ApiErrorException(new ApiError(500, e.Message, ApiError.ServerError, null, ErrorCodes.BackendFailed));
        }
    }

    private void WriteTokens(Utf8JsonWriter json, int[] tokens, bool withTexts)
    {
        json.WriteNumber("count", tokens.Length);
        json.WriteNumber("max_model_len", server.Engine.Model.SequenceTokensMax);
        json.WriteStartArray("tokens");
        foreach (var token in tokens) json.WriteNumberValue(token);
        json.WriteEndArray();
        if (!withTexts) return;
        json.WriteStartArray("token_strs");
        foreach (var token in tokens) json.WriteStringValue(TextOf(token));
        json.WriteEndArray();
    }

    private string TextOf(int token)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        server.Engine.Tokenizer.Decode(token, utf8);
        return TokenText.Of(utf8.WrittenSpan);
    }

    private static async Task WriteJsonAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        http.Response.ContentType = JsonBody.ContentType;
        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
