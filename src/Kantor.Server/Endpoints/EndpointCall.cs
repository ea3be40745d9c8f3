using Kantor.Core.Requests;
using Kantor.Engine.Sampling;
using Kantor.OpenAi.Requests;

namespace Kantor.Server.Endpoints;

/// <summary>
/// One HTTP request on its way to an endpoint: the facts for whoever decides, the parsed call for a model in this process, the client's own
/// bytes for one elsewhere, so that nothing is written twice.
/// </summary>
public sealed record EndpointCall
{
    /// <summary>Path that the client posted to, such as <c>/v1/chat/completions</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The client's body, valid JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What was asked for, checked; null where no text is generated.</summary>
    public GenerationFields? Fields { get; init; }

    /// <summary>
    /// What every decision may know, one for each prompt, on the server's clock and with its names; an engine names its own. Empty when
    /// nobody here can count the prompts' tokens.
    /// </summary>
    public IReadOnlyList<RequestFacts> Facts { get; init; } = [];

    /// <summary>What every answer must be, for a model in this process; null for any text.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>Tokens of each prompt, in the order of <see cref="Facts"/>.</summary>
    public IReadOnlyList<int[]> Prompts { get; init; } = [];
}
