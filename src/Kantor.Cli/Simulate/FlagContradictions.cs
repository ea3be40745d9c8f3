namespace Kantor.Cli.Simulate;

/// <summary>Options that say the same thing twice, or nothing beside each other. A scenario file cannot be written that way.</summary>
internal static class FlagContradictions
{
    /// <summary>All of them, each with what would be right.</summary>
    public static IEnumerable<string> Of(SimulateArguments typed)
    {
        if (typed.ClosedLoop && typed.Users is not null)
        {
            yield return "--closed-loop and --users exclude each other: requests wait for their session or for a user.";
        }
        if (typed.Users is not null && typed.RateScale is not null) yield return NoEffect("--rate-scale");
        if (typed.Users is not null && typed.SpreadBatches is not null) yield return NoEffect("--spread-batches");
        if (typed.Users is null && typed.Think is not null)
        {
            yield return "--think needs --users; sessions have the think times of their trace.";
        }
        if (typed.ClosedLoop && typed.Trace is null) yield return "--closed-loop needs --trace: the synthetic chat has no sessions.";
        if (typed is { NoPrefixCache: true, Retention: not null })
        {
            yield return "--retention has no effect with --no-prefix-cache; leave one of the two.";
        }
        if (typed.Objective is not null && typed.Slo is not null) yield return BothObjectives;
    }

    private static string NoEffect(string option) =>
        $"{option} has no effect with --users, which does not use recorded times; leave one out.";

    private const string BothObjectives =
        "--objective and --slo both say what runs are judged by; leave one, and write --objective 'goodput(...)' for the other.";
}
