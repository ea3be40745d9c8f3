using Kantor.Anthropic;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Http;
using Kantor.Server.Page;

namespace Kantor.Server.Api;

/// <summary>Every route of the server and who may use it. There is no other way in.</summary>
internal static class RouteTable
{
    public const string Models = "/v1/models";
    public const string Messages = "/v1/messages";

    public static IReadOnlyList<ApiRoute> Create(ServerContext server) =>
        [.. Generating(new GenerationApi(server)), .. Others(server), .. Page()];

    private static ApiRoute[] Generating(GenerationApi generation) =>
    [
        new("POST", "/v1/chat/completions", Access.Key, generation.ChatAsync),
        new("POST", "/v1/completions", Access.Key, generation.CompletionAsync),
        new("POST", "/v1/responses", Access.Key, generation.ResponseAsync),
        new("POST", Messages, Access.Key, generation.MessageAsync) { Errors = MessageErrors.Write },
        new("POST", $"{Messages}/count_tokens", Access.Key, generation.CountAsync) { Errors = MessageErrors.Write },
    ];

    private static ApiRoute[] Others(ServerContext server)
    {
        var model = new ModelApi(server);
        var operation = new OperationApi(server);
        return
        [
            new("POST", "/v1/embeddings", Access.Key, model.EmbedAsync),
            new("GET", Models, Access.Key, model.ListAsync),
            new("GET", $"{Models}/*", Access.Key, model.ShowAsync),
            new("POST", "/tokenize", Access.Key, model.TokenizeAsync),
            new("POST", "/detokenize", Access.Key, model.DetokenizeAsync),
            new("GET", "/metrics", Access.Key, operation.MetricsAsync),
            new("GET", "/health", Access.Public, operation.HealthAsync),
            new("GET", "/admin/step-model", Access.Admin, operation.StepModelAsync),
            new("GET", "/admin/config", Access.Admin, operation.ConfigAsync),
        ];
    }

    private static ApiRoute[] Page() =>
    [
        new("GET", "/", Access.Public, ChatPage.Serve("index.html")),
        new("GET", "/page/chat.css", Access.Public, ChatPage.Serve("chat.css")),
        new("GET", "/page/chat.js", Access.Public, ChatPage.Serve("chat.js")),
        new("GET", "/page/icon.svg", Access.Public, ChatPage.Serve("icon.svg")),
    ];
}
