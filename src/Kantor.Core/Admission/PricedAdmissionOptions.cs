using Kantor.Core.Catalogue;

namespace Kantor.Core.Admission;

/// <summary>Options of <see cref="PricedAdmission"/>.</summary>
public sealed record PricedAdmissionOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PricedAdmissionOptions>> Keys { get; } =
        [LateOption.Key<PricedAdmissionOptions>(options => options.Late, (options, late) => options with { Late = late })];

    /// <summary>What becomes of who is worth less than it costs.</summary>
    public LateFate Late { get; init; }
}
