using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Items;

/// <summary>Reads request bodies of the Responses API. Pure; every body gives a request or errors that name the fields.</summary>
public static class ResponseParser
{
    /// <summary>Body of <c>/v1/responses</c>.</summary>
    public static Parsed<ResponseRequest> Response(ReadOnlyMemory<byte> body, RequestLimits limits) =>
        RequestParser.Parse(body, (members, errors) => new ResponseReader(limits, errors).Read(members));
}
