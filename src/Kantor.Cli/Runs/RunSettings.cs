using Kantor.Cli.Shell;

namespace Kantor.Cli.Runs;

/// <summary>What there is beside a scenario: where it comes from, where its reports go, how it is run.</summary>
internal sealed record RunSettings
{
    /// <summary>What a message about its workload begins with: the option that named it.</summary>
    public required string Origin { get; init; }

    /// <summary>Folder that file names are relative to; empty for the current one.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Scenario file, by the name that reports give; null when options describe the run.</summary>
    public string? ScenarioFile { get; init; }

    /// <summary>Where reports go.</summary>
    public required ReportPaths Reports { get; init; }

    /// <summary>File to which what happens on the replicas is written; null for none. Only one run has room in it.</summary>
    public string? EventLog { get; init; }

    /// <summary>Whether equal steps are advanced at once; changes nothing but the time that a run takes.</summary>
    public bool Leaps { get; init; } = true;

    /// <summary>Whether what no policy can better is found too, and said beside each run.</summary>
    public bool Certifies { get; init; }

    /// <summary>How to get the same figures again.</summary>
    public required string Command { get; init; }
}
