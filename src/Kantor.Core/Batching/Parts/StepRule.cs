using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Parts;

/// <summary>Whether and how steps are kept short for rows that decode.</summary>
public sealed record StepRule
{
    private const string FollowsGapsHelp = "whether prompts take no more of a step than the tightest gap slack of a decode allows";
    private const string SlackShareHelp = "share of a slack that is used; the rest is for errors of the step-time model";

    /// <summary>Steps as long as they become.</summary>
    public static StepRule None { get; } = new() { FollowsGaps = false };

    /// <summary>Whether prompts take no more of a step than the tightest slack allows.</summary>
    public bool FollowsGaps { get; init; } = true;

    /// <summary>Share of a slack that is used, above 0 and at most 1.</summary>
    public double SlackShare { get; init; } = 0.95;

    /// <summary>The option of a policy that says whether steps are kept short.</summary>
    internal static OptionKey<T> FollowsKey<T>(Func<T, StepRule> read, Func<T, StepRule, T> with)
        where T : class, new() =>
        Option.Flag<T>(
            "gap-slack", options => read(options).FollowsGaps,
            (options, follows) => with(options, read(options) with { FollowsGaps = follows }), FollowsGapsHelp);

    /// <summary>The option of a policy that says how much of a slack is used.</summary>
    internal static OptionKey<T> ShareKey<T>(Func<T, StepRule> read, Func<T, StepRule, T> with)
        where T : class, new() =>
        Option.Number<T>(
            "slack-share", Interval.Above(0, 1), options => read(options).SlackShare,
            (options, share) => with(options, read(options) with { SlackShare = share }), SlackShareHelp);

    /// <summary>Limits what prompts may take of a step whose decodes have their tokens, if the rule says so.</summary>
    internal void LimitPrompts(in BatchView view, ref PlanBudget budget)
    {
        if (!FollowsGaps) return;
        var length = new StepLength(view, SlackShare);
        budget.LimitTokens(length.PromptTokens(length.SlackUs, budget.TokensLeft));
    }

    internal OptionFault? Contradiction(PolicySpec written) => !FollowsGaps && written.Has("slack-share")
        ? new OptionFault("slack-share", "has no meaning when gap-slack is false; leave one of the two.", HasNoEffect: true)
        : null;

    internal void Validate()
    {
        if (!(SlackShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(SlackShare), SlackShare, "The share of a slack is above 0 and at most 1.");
        }
    }
}
