using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Simulate;

/// <summary>What <c>kantor simulate</c> is to do, checked.</summary>
internal sealed record SimulateSettings
{
    /// <summary>Stands for the standard output in place of a file name.</summary>
    public const string StandardOutput = "-";

    /// <summary>Trace file; null for the sample that ships with the product.</summary>
    public required string? TracePath { get; init; }

    public required IReadOnlyList<IBatchPlanner> Planners { get; init; }

    public required IReadOnlyList<IRouter> Routers { get; init; }

    public required int Replicas { get; init; }

    public required StepTimeProfile Profile { get; init; }

    public required BatchLimits Limits { get; init; }

    public required KvLedgerOptions Kv { get; init; }

    /// <summary>Declared output limit; null for the trace's largest output rounded up to a power of two.</summary>
    public required int? OutputTokensMax { get; init; }

    public required string PredictorName { get; init; }

    public required Func<ILengthPredictor> NewPredictor { get; init; }

    public required double RateScale { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Who sends the requests, and when.</summary>
    public required ClientOptions Clients { get; init; }

    /// <summary>Who is let in.</summary>
    public required IAdmission Admission { get; init; }

    /// <summary>What runs are judged by, and policies are told.</summary>
    public required Objective Objective { get; init; }

    /// <summary>What a request has to meet to count as good.</summary>
    public SloSpec Slo => Objective.Slo;

    public required int? RequestsLimit { get; init; }

    public required bool SpreadsBatches { get; init; }

    /// <summary>Whether equal steps are advanced at once; changes nothing but the time that a run takes.</summary>
    public required bool Leaps { get; init; }

    public required bool SkipsBadLines { get; init; }

    public required string? JsonPath { get; init; }

    public required string? CsvPath { get; init; }

    public required string? HtmlPath { get; init; }

    /// <summary>How to get the same figures again.</summary>
    public required string Command { get; init; }

    /// <summary>Whether the standard output belongs to a report, so that the table goes to standard error.</summary>
    public bool ReportTakesStandardOutput => JsonPath == StandardOutput || CsvPath == StandardOutput || HtmlPath == StandardOutput;

    /// <summary>Says before the run, not after it, that a report could not be written.</summary>
    /// <exception cref="UsageException">A path is a folder, or lies in none.</exception>
    public void RequireWritable()
    {
        ReportFile.RequireWritable("--json", JsonPath);
        ReportFile.RequireWritable("--csv", CsvPath);
        ReportFile.RequireWritable("--html", HtmlPath);
    }

    /// <summary>The simulation of one pair of policies.</summary>
    public SimulationOptions Options(IBatchPlanner planner, IRouter router, int outputTokensMax) => new()
    {
        Planner = planner,
        Router = router,
        Clients = Clients,
        Replicas = Replicas,
        Limits = Limits,
        Kv = Kv,
        StepTime = Profile.StepTime,
        NewPredictor = NewPredictor,
        Leaping = Leaps,
        OutputTokensMax = outputTokensMax,
        Admission = Admission,
        Objective = Objective,
        KeepsRecords = false,
    };
}
