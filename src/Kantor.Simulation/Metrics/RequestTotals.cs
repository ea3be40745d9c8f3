using Kantor.Core.Requests;

namespace Kantor.Simulation.Metrics;

/// <summary>
/// What became of a group of requests, all of a run or those of a tenant: counts, and distributions over the completed ones. Each request
/// is added when it ends, so that the memory does not grow with their number.
/// </summary>
public sealed class RequestTotals
{
    private readonly int[] _byOutcome = new int[Enum.GetValues<RequestOutcome>().Length];

    private double _weightEnded;

    /// <summary>Requests that arrived.</summary>
    public int Arrived { get; private set; }

    /// <summary>Requests that ended, in whatever way.</summary>
    public int Ended { get; private set; }

    /// <summary>Requests that ended with their whole answer.</summary>
    public int Completed => Count(RequestOutcome.Stopped) + Count(RequestOutcome.LengthReached);

    /// <summary>Requests that were refused, for whatever reason.</summary>
    public int Refused => Enum.GetValues<RequestOutcome>().Where(outcome => outcome.IsRefusal()).Sum(Count);

    /// <summary>Requests whose client gave them up.</summary>
    public int Cancelled => Count(RequestOutcome.Cancelled);

    /// <summary>How often requests that ended were sent in all; above <see cref="Ended"/>, they are retries.</summary>
    public long Attempts { get; private set; }

    /// <summary>Requests with a deadline that ended later, or without their whole answer.</summary>
    public int DeadlinesMissed { get; private set; }

    /// <summary>Completed requests that met every objective of the run.</summary>
    public int WithinSlo { get; private set; }

    /// <summary>Their weights together; as many as they are when no class has a weight.</summary>
    public double WeightWithinSlo { get; private set; }

    /// <summary>
    /// Requests within the objectives as a share of all that ended, however they ended, by the weights of their classes; 0 without any.
    /// </summary>
    public double SloAttainment => Ended == 0 ? 0 : WeightWithinSlo / _weightEnded;

    /// <summary>Prompt tokens of requests that got at least one token.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>Tokens generated for requests that ended.</summary>
    public long OutputTokens { get; private set; }

    /// <summary>Prompt and output tokens together: the service that the group got.</summary>
    public long ServiceTokens => PromptTokens + OutputTokens;

    /// <summary>Time to first token of completed requests.</summary>
    public DurationHistogram Ttft { get; } = new();

    /// <summary>Arrival to last token of completed requests.</summary>
    public DurationHistogram E2e { get; } = new();

    /// <summary>Mean gap between tokens, rounded to a microsecond, of completed requests with at least two tokens.</summary>
    public DurationHistogram Tpot { get; } = new();

    /// <summary>Largest gap between tokens of completed requests with at least two tokens.</summary>
    public DurationHistogram GapMax { get; } = new();

    /// <summary>Arrival to the first step with tokens of the request, of completed ones.</summary>
    public DurationHistogram QueueingDelay { get; } = new();

    /// <summary>The tokens of service over time.</summary>
    public ServiceTimeline Service { get; } = new();

    /// <summary>Requests that ended in this way.</summary>
    public int Count(RequestOutcome outcome) => _byOutcome[(int)outcome];

    internal void Arrive() => Arrived++;

    /// <summary>Adds a request that has ended.</summary>
    internal void End(in OpenRecord open, bool isWithinSlo, bool isInTime)
    {
        ref readonly var record = ref open.Record;
        _weightEnded += open.Weight;
        Ended++;
        _byOutcome[(int)record.Outcome!.Value]++;
        Attempts += record.Attempts;
        if (isWithinSlo) CountWithin(open.Weight);
        if (!isInTime) DeadlinesMissed++;
        OutputTokens += record.OutputTokens;
        if (record.FirstTokenUs is not null) PromptTokens += open.PromptTokens;
        Service.Add(record, open.PromptTokens);
        if (record.IsCompleted) AddLatencies(record);
    }

    private void CountWithin(double weight)
    {
        WithinSlo++;
        WeightWithinSlo += weight;
    }

    private void AddLatencies(in RequestRecord record)
    {
        if (record.TtftUs is { } ttft) Ttft.Add(ttft);
        if (record.E2eUs is { } e2e) E2e.Add(e2e);
        if (record.QueueingDelayUs is { } delay) QueueingDelay.Add(delay);
        if (record.TpotUs is not { } tpot) return;
        Tpot.Add((long)Math.Round(tpot));
        GapMax.Add(record.GapUsMax);
    }
}
