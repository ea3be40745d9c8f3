using Kantor.Core.Catalogue;

namespace Kantor.Core.Admission;

/// <summary>Options of <see cref="QueueLimitAdmission"/>.</summary>
public sealed record QueueLimitOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<QueueLimitOptions>> Keys { get; } =
    [
        Option.Whole<QueueLimitOptions>(
            "waiting-max", 0, 10_000_000, options => options.WaitingMax, (options, most) => options with { WaitingMax = most },
            "requests that may wait in all; a further one is refused"),
    ];

    /// <summary>Requests that may wait, at all endpoints and outside together, at least 0.</summary>
    public int WaitingMax { get; init; } = 10_000;
}
