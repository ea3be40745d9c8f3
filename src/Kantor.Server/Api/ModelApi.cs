using System.Buffers;
using System.Text;
using System.Text.Json;
using Kantor.Engine;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Kantor.Server.Generation;
using Kantor.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Api;

/// <summary>Routes about the model that generate no text: list, embeddings, tokens.</summary>
internal sealed class ModelApi(ServerContext server)
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
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Embedding);
        server.CheckModel(request.Model);
        if (server.Endpoint.Model is { } model) await EmbedAsync(http, model, request);
        else await RelayAsync(http, body);
    }

    private async Task EmbedAsync(HttpContext http, ITextModel model, EmbeddingRequest request)
    {
        CheckDimensions(request.Dimensions, model.Model.EmbeddingSize);
        var inputs = new int[request.Inputs.Count][];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = await EncodeAsync(request.Inputs[i], model.Model.ContextTokensMax, http.RequestAborted);
        }

        var vectors = new float[inputs.Length][];
        for (var i = 0; i < inputs.Length; i++) vectors[i] = await EmbedAsync(model, inputs[i], http.RequestAborted);
        http.Response.ContentType = JsonBody.ContentType;
        ListWriter.WriteEmbeddings(
            http.Response.BodyWriter, model.Model.ModelName, vectors, request.AsBase64, inputs.Sum(tokens => tokens.Length));
        await BoundedWriting.FlushAsync(http, server, "embedding");
    }

    public async Task TokenizeAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Tokenize);
        server.CheckModel(request.Model);
        if (server.Endpoint.Model is { } model) await TokenizeAsync(http, model, server.Prompts!, request);
        else await RelayAsync(http, body);
    }

    private static async Task TokenizeAsync(HttpContext http, ITextModel model, PromptEncoder prompts, TokenizeRequest request)
    {
        var tokens = request.Messages is { } messages
            ? await prompts.ChatAsync(messages, http.RequestAborted)
            : await prompts.TextAsync(request.Prompt!, request.AddSpecialTokens, "prompt", http.RequestAborted);
        await WriteJsonAsync(http, json => WriteTokens(json, model, tokens, request.ReturnTokenTexts));
    }

    public async Task DetokenizeAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Detokenize);
        server.CheckModel(request.Model);
        if (server.Endpoint.Model is { } model) await DetokenizeAsync(http, model, server.Prompts!, request);
        else await RelayAsync(http, body);
    }

    private static async Task DetokenizeAsync(HttpContext http, ITextModel model, PromptEncoder prompts, DetokenizeRequest request)
    {
        prompts.CheckIds(request.Tokens, "tokens");
        var utf8 = new ArrayBufferWriter<byte>();
        foreach (var token in request.Tokens) model.Tokenizer.Decode(token, utf8);
        await WriteJsonAsync(http, json => json.WriteString("prompt", Encoding.UTF8.GetString(utf8.WrittenSpan)));
    }

    private Task RelayAsync(HttpContext http, ReadOnlyMemory<byte> body) =>
        Relaying.SendAsync(http, server, new EndpointCall { Path = http.Request.Path.Value!, Body = body });

    private static void CheckDimensions(int? asked, int size)
    {
        if (asked is null || asked == size) return;
        throw new ApiErrorException(
            ApiError.BadRequest("dimensions", $"'dimensions' is {asked}; this model's embeddings have {size} numbers."));
    }

    private async Task<int[]> EncodeAsync(PromptInput input, int most, CancellationToken cancellation)
    {
        var tokens = await server.Prompts!.PlainAsync(input, "input", cancellation);
        if (tokens.Length <= most) return tokens;
        throw new ApiErrorException(ApiError.BadRequest(
            "input", $"An input has {tokens.Length} tokens; the model's context is {most} tokens.", ErrorCodes.ContextLengthExceeded));
    }

    private static async Task<float[]> EmbedAsync(ITextModel model, int[] tokens, CancellationToken cancellation)
    {
        try
        {
            return await model.EmbedAsync(tokens, cancellation);
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

    private static void WriteTokens(Utf8JsonWriter json, ITextModel model, int[] tokens, bool withTexts)
    {
        json.WriteNumber("count", tokens.Length);
        json.WriteNumber("max_model_len", model.Model.SequenceTokensMax);
        json.WriteStartArray("tokens");
        foreach (var token in tokens) json.WriteNumberValue(token);
        json.WriteEndArray();
        if (!withTexts) return;
        json.WriteStartArray("token_strs");
        foreach (var token in tokens) json.WriteStringValue(TextOf(model, token));
        json.WriteEndArray();
    }

    private static string TextOf(ITextModel model, int token)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        model.Tokenizer.Decode(token, utf8);
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
