namespace Kantor.Bounds.Goodput;

/// <summary>What the bound rests on, in sentences.</summary>
internal static class GoodputWords
{
    public static IReadOnlyList<string> Assumptions(bool isGapSafe) =>
    [
        isGapSafe
            ? "Only of policies none of whose steps is longer than the gap objective; others may pass it."
            : "Of every policy, also one that knows all arrivals and lengths, moves and preempts for nothing and caches without limit.",
        "Each replica computes one step at a time, within the limits of a step, and no step is shorter than the step-time model says.",
        "A step gives a request at most one token: no speculation, no pipeline stages, no replicas in lockstep.",
        "Arrivals do not depend on answers, and each request is sent once.",
        "Answers are as long as in the trace: nobody cuts them short.",
        "Requests that no empty replica could serve within their objectives count nothing.",
    ];
}
