using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Retraction;

/// <summary>Options of <see cref="InfermaxPlanner"/>.</summary>
public sealed record InfermaxOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<InfermaxOptions>> Keys { get; } =
    [
        Option.Whole<InfermaxOptions>(
            "long-tokens", 1, 100_000_000, options => options.LongTokens, (options, tokens) => options with { LongTokens = tokens },
            "prompt from which a request is admitted only when its mean total length fits"),
        VictimOrders.Key<InfermaxOptions>(options => options.Victim, (options, order) => options with { Victim = order }),
    ];

    /// <summary>Prompt tokens from which a request is admitted only when the mean total length of such requests fits, at least 1.</summary>
    public int LongTokens { get; init; } = 2_048;

    /// <summary>Who gives way when KV runs out.</summary>
    public VictimOrder Victim { get; init; } = VictimOrder.LeastComputed;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate() => ArgumentOutOfRangeException.ThrowIfLessThan(LongTokens, 1);
}
