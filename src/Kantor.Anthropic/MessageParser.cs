using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.Anthropic;

/// <summary>Reads request bodies of Anthropic's Messages API. Pure; every body gives a request or errors that name the fields.</summary>
public static class MessageParser
{
    /// <summary>Body of <c>/v1/messages</c>.</summary>
    public static Parsed<MessageRequest> Message(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        RequestParser.Parse(body, (members, errors) => new RequestReader(limits, errors).Read(members, isCounted: false));

    /// <summary>Body of <c>/v1/messages/count_tokens</c>, which has no output limit.</summary>
    public static Parsed<MessageRequest> Count(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        RequestParser.Parse(body, (members, errors) => new RequestReader(limits, errors).Read(members, isCounted: true));
}
