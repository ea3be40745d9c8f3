using Kantor.Cli.Simulate;

namespace Kantor.Cli.Sweep;

/// <summary>The options of <c>kantor sweep</c> as they were typed; null where not given.</summary>
internal sealed record SweepArguments
{
    /// <summary>Those of a simulation; rate scale, replicas, step tokens, KV tokens and seed are lists here.</summary>
    public required SimulateArguments Grid { get; init; }

    public string? Threads { get; init; }
}
