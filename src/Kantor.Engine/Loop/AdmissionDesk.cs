using Kantor.Core.Admission;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Engine.Clocks;

namespace Kantor.Engine.Loop;

/// <summary>
/// Asks the admission policy about requests, and keeps those that it holds. Requests that belong together get one verdict: refused when one
/// of them is, else held when one of them is. Owner: the loop thread.
/// </summary>
internal sealed class AdmissionDesk(
    EngineOptions options, PolicyState remembered, ReplicaScheduler scheduler, IStepTimeModel stepTime, EngineClock clock)
{
    private readonly List<HeldBody> _held = [];

    /// <summary>Choices of requests that are held and have not ended.</summary>
    public int HeldChoices => _held.Sum(held => held.Body.Sum(run => run.ChoicesUnfinished));

    /// <summary>When the first of those that are held is to be asked about again; null when nothing is.</summary>
    public long? AsksAgainUs => _held.Count == 0 ? null : _held.Min(held => held.UntilUs);

    /// <summary>Those that are held, in the order in which they came; they are held no longer.</summary>
    public IReadOnlyList<HeldBody> TakeHeld()
    {
        if (_held.Count == 0) return [];
        HeldBody[] taken = [.. _held];
        _held.Clear();
        return taken;
    }

    /// <summary>
    /// The verdict about requests that belong together: shortens those whose answer is to be shorter, and keeps them when they are held.
    /// Those that were held for as long as may be are let in, and so are those about which the policy gives a verdict that is none, which
    /// is reported.
    /// </summary>
    public Verdict Judge(RequestRun[] body, long? heldSinceUs, int heldByRequests, Func<RequestRun, int, RequestFacts> factsOf)
    {
        var nowUs = clock.NowUs;
        remembered.TimeIs(nowUs);
        Verdict[] verdicts = [.. body.Select((run, place) => Judge(run, factsOf(run, place), heldByRequests, nowUs))];
        if (verdicts.Any(verdict => verdict.Kind == VerdictKind.Refuse))
        {
            return verdicts.First(verdict => verdict.Kind == VerdictKind.Refuse);
        }

        var sinceUs = heldSinceUs ?? nowUs;
        if (verdicts.Min(verdict => verdict.AskAgainUs) is { } untilUs && nowUs - sinceUs < options.HoldUsMax)
        {
            untilUs = Math.Min(untilUs, sinceUs + options.HoldUsMax);
            _held.Add(new HeldBody(body, sinceUs, untilUs));
            return Verdict.Hold(untilUs);
        }

        for (var place = 0; place < body.Length; place++)
        {
            if (verdicts[place].OutputTokensMax is { } tokens) body[place].Shorten(tokens);
        }

        return Verdict.Accept;
    }

    private Verdict Judge(RequestRun run, RequestFacts facts, int heldByRequests, long nowUs)
    {
        var verdict = options.Admission.Judge(facts, View(run, facts, heldByRequests, nowUs), remembered);
        if (verdict.FaultFor(facts.OutputTokensMax, nowUs) is not { } fault) return verdict;
        options.Observer?.PlanRefused($"Admission '{options.Admission.Name}' {fault}; the request is let in as it is.");
        return Verdict.Accept;
    }

    /// <summary>Requests that wait for admission's word.</summary>
    internal sealed record HeldBody(RequestRun[] Body, long SinceUs, long UntilUs);

    /// <summary>The engine as a fleet of one, with the columns that the policy reads.</summary>
    private FleetView View(RequestRun run, RequestFacts facts, int heldByRequests, long nowUs)
    {
        var here = new EndpointView(
            scheduler.WaitingCount + heldByRequests, scheduler.RunningCount, scheduler.Kv.BlocksUsed, scheduler.Kv.BlocksTotal);
        var hit = Reads(Signals.PrefixHits) || Reads(Signals.TierHits) ? HitTokens(run, facts) : 0;
        return new FleetView
        {
            Endpoints = new[] { here },
            Roles = new[] { EndpointRole.Whole },
            HitTokens = Column(Signals.PrefixHits, hit),
            TierHitTokens = Column(Signals.TierHits, hit),
            QueuedTokens = Column(Signals.Work, scheduler.MissingTokens()),
            BookedTokens = Column(Signals.Booked, 0L),
            HasAdapter = Column(Signals.Adapters, facts.CacheDomain.Adapter == 0),
            StepTimes = Column(Signals.StepTime, stepTime),
            Content = Reads(Signals.Content) ? TokenContent.FromTokens(run.Request.PromptTokens) : null,
            ServiceClasses = options.Objective.Classes,
            WaitingOutside = HeldChoices,
            NowUs = nowUs,
            Log = options.Log,
        };
    }

    private bool Reads(Signals signal) => (options.Admission.Reads & signal) != 0;

    private ReadOnlySpan<T> Column<T>(Signals signal, T value) => Reads(signal) ? new[] { value } : [];

    private int HitTokens(RequestRun run, RequestFacts facts) =>
        scheduler.Kv.Probe(TokenContent.FromTokens(run.Request.PromptTokens), facts.CacheDomain, run.Request.PromptTokens.Length - 1)
            .Tokens;
}
