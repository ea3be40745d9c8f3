using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// SLOs-Serve: of the next prompts that are due, those worth most whose first tokens can all be in time are promised, with the tokens that
/// every class's gap objective reserves in each step set aside, for those that decode now and for those that will; the others are served
/// behind all (arXiv 2504.08784; research notes, theory 3.15).
/// </summary>
/// <remarks>
/// <para>A promise is kept against whoever comes later. Who is due after the window is decided about when it is reached. That memory may
/// not suffice is not foreseen, nor are the source's speculation and its moves to other replicas.</para>
/// <para>While prompts are promised, a row whose gap leaves room for two steps of the tightest one waits for the next step, so that each
/// class takes of the steps what its own gap asks for; the row with the least slack never waits.</para>
/// </remarks>
public sealed class SlosServePlanner : DuePlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the most value of the next due prompts that can be in time beside the tokens that all gaps reserve; the others behind all",
        "SLOs-Serve, arXiv 2504.08784")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one machine, prompts as jobs with due times, all there, linear step time; a row decodes from when it is due",
        Guarantee = "as much value in time as can be, in the window and in its model",
        Information = LengthInformation.None,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r + log n + h·s), h prompts in the window, s <= 512 numbers of promises by class",
    };

    private readonly SlosServeOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SlosServePlanner(SlosServeOptions? options = null)
        : this("slos-serve", options ?? new SlosServeOptions())
    {
    }

    private SlosServePlanner(string name, SlosServeOptions options)
        : base(
            PolicySpec.Of(name, SlosServeOptions.Keys, options).ToString(), options.Steps,
            LateRule.Demote, new MemoryRule { Watermark = options.Watermark }, new OrderRules { ScoresVictims = true })
    {
        _options = options;
        options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new SlosServeState();

    private protected override string KeyTerm => "key-of-due-us";

    private protected override long OnTimeKey(in BatchView view, DueState memory, int row) => DueKey(view, memory, row);

    private protected override double VictimScore(in BatchView view, OrderedState memory, int row) => 0;

    private protected override bool IsPaused(in BatchView view, OrderedState memory, int row) => ((SlosServeState)memory).IsPaused(row);

    private protected override ReadOnlySpan<bool> PausedRows(DueState memory) =>
        ((SlosServeState)memory).PausedStepUs is null ? default : ((SlosServeState)memory).Paused;

    private protected override double? StepUsMax(in BatchView view, DueState memory, in StepLength length) =>
        ((SlosServeState)memory).PausedStepUs is { } pausedUs ? Math.Min(pausedUs, length.SlackUs ?? pausedUs) : length.SlackUs;

    private protected override void Begin(in BatchView view, OrderedState memory)
    {
        var promised = (SlosServeState)memory;
        promised.Unpause();
        if (!_options.Paces || (promised.Promises == 0 && !DecodesFirst.AnyPrompt(view))) return;
        var length = new StepLength(view, _options.SlackShare);
        if (length.GapUs is not { } stepUs || TightestRow(view) is not { } tightest) return;
        foreach (var row in view.Running)
        {
            if (row == tightest || !view.IsDecoding(row) || view.SlackToNextTokenUs(row) is not { } slackUs) continue;
            if (_options.SlackShare * slackUs >= 2 * stepUs) promised.Pause(row, stepUs);
        }
    }

    private protected override void Settle(in BatchView view, DueState memory)
    {
        var promised = (SlosServeState)memory;
        promised.Window.Clear();
        var tokensBefore = AddRunning(view, promised);
        tokensBefore += FillWindow(view, promised);
        if (promised.Window.Count == 0) return;
        promised.Window.Choose(Pace(view, promised), tokensBefore, promised.Chosen);
        for (var place = 0; place < promised.Window.Count; place++)
        {
            if (promised.Chosen[place]) promised.Promise(promised.Rows[place]);
            else promised.Late.Add(promised.Rows[place]);
        }
    }

    private static int? TightestRow(in BatchView view)
    {
        var (tightest, leastUs) = ((int?)null, long.MaxValue);
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row) || view.SlackToNextTokenUs(row) is not { } slackUs || slackUs >= leastUs) continue;
            (tightest, leastUs) = (row, slackUs);
        }

        return tightest;
    }

    /// <summary>Counts who runs; returns the prompt tokens that they still miss.</summary>
    private long AddRunning(in BatchView view, SlosServeState memory)
    {
        var tokens = 0L;
        foreach (var row in view.Running)
        {
            memory.Window.AddDecode(memory.Window.TierOf(Tier(view, memory, row)));
            if (!view.IsDecoding(row)) tokens += view.MissingTokens(row);
        }

        return tokens;
    }

    /// <summary>The next ones that are due; returns the tokens of preempted rows, which go before them.</summary>
    private long FillWindow(in BatchView view, SlosServeState memory)
    {
        var tokensBefore = 0L;
        memory.Queue.StartReading();
        while (memory.Window.Count < _options.Horizon && memory.Queue.TryRead(out var row))
        {
            var key = memory.KeyOf(row);
            if (key != SortKey.First && SortKey.LevelOf(key) != OnTime) break;
            if (!view.IsWaiting(row)) continue;
            var tokens = Math.Max(1, view.UncachedTokens(row));
            if (DueUs(view, row) is not { } dueUs || key == SortKey.First)
            {
                tokensBefore += tokens;
                continue;
            }

            var tier = memory.Window.TierOf(Tier(view, memory, row));
            memory.Rows[memory.Window.Count] = row;
            if (!memory.Window.TryAdd(new(dueUs - view.NowUs, tokens, tier, memory.IsPromised(row)))) break;
        }

        return tokensBefore;
    }

    /// <summary>A gap that not even a step of the decodes alone can keep reserves nothing of its own.</summary>
    private TierPace.Tier Tier(in BatchView view, DueState memory, int row)
    {
        var of = view.ClassOf(row);
        var gapUs = _options.SlackShare * (of.Slo.GapUsMax ?? of.Slo.TpotUsMax);
        return new(gapUs >= memory.DecodesUs ? gapUs : null, _options.Weighs ? of.Value : 1);
    }

    /// <summary>The step time beside the decodes that run, made linear in prompt tokens and in decodes.</summary>
    private TierPace Pace(in BatchView view, SlosServeState memory)
    {
        var (load, decodes) = (default(StepLoad), 0);
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row)) continue;
            load = load.With(1, view.ComputedTokens[row], isDecode: true);
            decodes++;
        }

        var (most, context) = (view.Limits.StepTokensMax, view.WantedTokens[memory.Rows[0]]);
        var oneUs = view.StepTime.StepUs(load.With(1, 0, isDecode: false));
        var fullUs = view.StepTime.StepUs(load.With(most, 0, isDecode: false));
        var decodeUs = view.StepTime.StepUs(load.With(1, context, isDecode: true).With(1, 0, isDecode: false)) - oneUs;
        var tokenUs = most > 1 ? (fullUs - oneUs) / (most - 1) : 0;
        return new(Math.Max(0, oneUs - tokenUs - (decodeUs * decodes)), tokenUs, decodeUs, most, _options.Paces);
    }
}
