using Kantor.Core.Catalogue;

namespace Kantor.Core.Admission;

/// <summary>Options of <see cref="DeadlineProvableAdmission"/>.</summary>
public sealed record DeadlineProvableOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DeadlineProvableOptions>> Keys { get; } =
        [LateOption.Key<DeadlineProvableOptions>(options => options.Late, (options, late) => options with { Late = late })];

    /// <summary>What becomes of who cannot make it.</summary>
    public LateFate Late { get; init; }
}
