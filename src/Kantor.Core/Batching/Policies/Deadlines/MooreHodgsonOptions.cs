using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>Options of <see cref="MooreHodgsonPlanner"/>.</summary>
public sealed record MooreHodgsonOptions
{
    private static readonly (string, LateRule)[] LateWords = [("demote", LateRule.Demote), ("refuse", LateRule.Refuse)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<MooreHodgsonOptions>> Keys { get; } =
    [
        Option.Word<MooreHodgsonOptions, LateRule>(
            "late", LateWords, options => options.Late, (options, late) => options with { Late = late },
            "what becomes of who is left out of the set: behind all others, or refused"),
        Option.Flag<MooreHodgsonOptions>(
            "weighs", options => options.Weighs, (options, weighs) => options with { Weighs = weighs },
            "whether the value of a class counts, or all alike"),
        Option.Flag<MooreHodgsonOptions>(
            "late-yields", options => options.LateYields, (options, yields) => options with { LateYields = yields },
            "whether a prompt that is partly computed and will be late lets those pass that can still be in time"),
        StepRule.FollowsKey<MooreHodgsonOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<MooreHodgsonOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        MemoryRule.WatermarkKey<MooreHodgsonOptions>(options => options.Memory, (options, memory) => options with { Memory = memory }),
        MemoryRule.ForesightKey<MooreHodgsonOptions>(options => options.Memory, (options, memory) => options with { Memory = memory }),
    ];

    /// <summary>What becomes of who is left out: demoted or refused.</summary>
    public LateRule Late { get; init; } = LateRule.Demote;

    /// <summary>Whether the value of a class counts.</summary>
    public bool Weighs { get; init; } = true;

    /// <summary>Whether prompts that are partly computed and will be late let those pass that can still be in time.</summary>
    public bool LateYields { get; init; } = true;

    /// <summary>How long steps may take.</summary>
    public StepRule Steps { get; init; } = new();

    /// <summary>How much KV an admission leaves.</summary>
    public MemoryRule Memory { get; init; } = new() { Foresight = Foresight.Mean };

    /// <summary>A share of slacks that nobody looks at.</summary>
    public static OptionFault? Contradiction(MooreHodgsonOptions options, PolicySpec written) => options.Steps.Contradiction(written);

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        Steps.Validate();
        Memory.Validate();
        if (Late == LateRule.Serve) throw new ArgumentOutOfRangeException(nameof(Late), Late, "Who is left out is demoted or refused.");
    }
}
