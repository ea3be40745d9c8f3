using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>Options of <see cref="EdfPlanner"/> and <see cref="WsptPlanner"/>.</summary>
public sealed record DueOptions
{
    private static readonly (string, LateRule)[] LateWords =
        [("serve", LateRule.Serve), ("demote", LateRule.Demote), ("refuse", LateRule.Refuse)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DueOptions>> Keys { get; } =
    [
        Option.Word<DueOptions, LateRule>(
            "late", LateWords, options => options.Late, (options, late) => options with { Late = late },
            "what becomes of who cannot make its first token in time even if it comes next: served, behind all others, or refused"),
        StepRule.FollowsKey<DueOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<DueOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        MemoryRule.WatermarkKey<DueOptions>(options => options.Memory, (options, memory) => options with { Memory = memory }),
        MemoryRule.ForesightKey<DueOptions>(options => options.Memory, (options, memory) => options with { Memory = memory }),
    ];

    /// <summary>What becomes of who cannot make it.</summary>
    public LateRule Late { get; init; } = LateRule.Demote;

    /// <summary>How long steps may take.</summary>
    public StepRule Steps { get; init; } = new();

    /// <summary>How much KV an admission leaves.</summary>
    public MemoryRule Memory { get; init; } = new();

    /// <summary>A share of slacks that nobody looks at.</summary>
    public static OptionFault? Contradiction(DueOptions options, PolicySpec written) => options.Steps.Contradiction(written);

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        Steps.Validate();
        Memory.Validate();
    }
}

/// <summary>What becomes of a request that cannot make its first token in time.</summary>
public enum LateRule
{
    /// <summary>Nothing: it is served in its turn.</summary>
    Serve,

    /// <summary>It goes behind all others.</summary>
    Demote,

    /// <summary>It is refused.</summary>
    Refuse,
}
