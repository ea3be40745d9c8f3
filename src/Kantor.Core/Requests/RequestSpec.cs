using Kantor.Core.Kv;

namespace Kantor.Core.Requests;

/// <summary>A request as a replica gets it: what decisions may know, and the content that is computed.</summary>
/// <param name="Facts">What every decision may know of it.</param>
/// <param name="Content">
/// The prompt, <see cref="RequestFacts.PromptTokens"/> long. The scheduler appends generated tokens to it, so a spec is used for one run
/// only.
/// </param>
public sealed record RequestSpec(RequestFacts Facts, TokenContent Content)
{
    /// <summary>Name of the request.</summary>
    public RequestId Id => Facts.Id;
}
