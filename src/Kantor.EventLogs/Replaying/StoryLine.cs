using Kantor.Core.Decisions;

namespace Kantor.EventLogs.Replaying;

/// <summary>One thing that happened to a request.</summary>
/// <param name="AtUs">When, in microseconds of the host's clock.</param>
/// <param name="What">What, in words.</param>
/// <param name="Terms">What the policy weighed for it; empty when the policy wrote nothing.</param>
public sealed record StoryLine(long AtUs, string What, IReadOnlyList<Term> Terms);
