using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary>The options of <c>kantor trace generate</c> as they were typed; null where not given.</summary>
internal sealed record GenerateArguments
{
    /// <summary>Kinds of workloads.</summary>
    public static readonly string[] Kinds = ["chat", "papers", "sessions", "agents", "flood"];

    public string? Kind { get; init; }

    public string? ServeGen { get; init; }

    public string? Requests { get; init; }

    public string? Rate { get; init; }

    public string? Arrivals { get; init; }

    public string? Prompt { get; init; }

    public string? Output { get; init; }

    public string? Prefixes { get; init; }

    public string? Tenants { get; init; }

    public string? FloodFactor { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public string? RateScale { get; init; }

    public string? Seed { get; init; }

    public string? Out { get; init; }
}

/// <summary>What to draw and where to write it, checked.</summary>
internal sealed record GeneratePlan(string OutPath, Func<IReadOnlyList<TraceRequest>> Draw);
