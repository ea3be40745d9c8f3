using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Kv;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>Options of <see cref="VllmV1Planner"/>; the defaults are vLLM's.</summary>
public sealed record VllmV1Options
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<VllmV1Options>> Keys { get; } =
    [
        Option.Word<VllmV1Options, VllmV1Order>(
            "order", [("fcfs", VllmV1Order.Fcfs), ("priority", VllmV1Order.Priority)],
            options => options.Order, (options, order) => options with { Order = order }, "who goes first"),
        Option.Word<VllmV1Options, VllmV1Victim>(
            "victim",
            [
                ("by-order", VllmV1Victim.ByOrder), ("least-computed", VllmV1Victim.LeastComputed),
                ("most-computed", VllmV1Victim.MostComputed),
            ],
            options => options.Victim, (options, victim) => options with { Victim = victim }, "who gives way when KV runs out"),
        Option.WholeOrNone<VllmV1Options>(
            "long-prefill-tokens-max", 1, 100_000_000, options => options.LongPrefillTokensMax,
            (options, tokens) => options with { LongPrefillTokensMax = tokens }, "most tokens of one request in one step"),
        Option.Flag<VllmV1Options>(
            "chunked-prefill", options => options.ChunkedPrefill, (options, cuts) => options with { ChunkedPrefill = cuts },
            "whether a prompt may be cut to fit the rest of a step"),
        Option.Flag<VllmV1Options>(
            "whole-sequence-must-fit", options => options.WholeSequenceMustFit,
            (options, whole) => options with { WholeSequenceMustFit = whole },
            "whether a request is admitted only when all of it fits"),
        WholePrompts.WatermarkKey<VllmV1Options>(options => options.Watermark, (options, share) => options with { Watermark = share }),
        Option.Flag<VllmV1Options>(
            "hits-within-step", options => options.Rules.HitsWithinStep,
            (options, hits) => options with { Rules = options.Rules with { HitsWithinStep = hits } },
            "whether requests admitted in the same step share what one of them computes in it"),
        Option.Flag<VllmV1Options>(
            "charges-shared-once", options => options.Rules.ChargesSharedOnce,
            (options, once) => options with { Rules = options.Rules with { ChargesSharedOnce = once } },
            "whether an idle prefix that several admissions share is charged to the first alone"),
        Option.Flag<VllmV1Options>(
            "keeps-copies", options => options.Rules.KeepsCopies,
            (options, keeps) => options with { Rules = options.Rules with { KeepsCopies = keeps } },
            "whether a second copy of cached content is found when the first is evicted"),
        Option.Flag<VllmV1Options>(
            "pins-admissions-first", options => options.Rules.PinsAdmissionsFirst,
            (options, pins) => options with { Rules = options.Rules with { PinsAdmissionsFirst = pins } },
            "whether admissions take their cached prefixes before running requests allocate, which computes less"),
        Option.Flag<VllmV1Options>(
            "own-preemption-ends-pass", options => options.OwnPreemptionEndsPass,
            (options, ends) => options with { OwnPreemptionEndsPass = ends },
            "whether no running request is planned after one that had to give way itself"),
    ];

    /// <summary>Who goes first.</summary>
    public VllmV1Order Order { get; init; } = VllmV1Order.Fcfs;

    /// <summary>Who gives way when a running request finds no KV.</summary>
    public VllmV1Victim Victim { get; init; } = VllmV1Victim.ByOrder;

    /// <summary>
    /// Most tokens of one request in one step, at least 1; null for no limit (vLLM: long_prefill_token_threshold, 0 there).
    /// </summary>
    public int? LongPrefillTokensMax { get; init; }

    /// <summary>Whether a prompt may be cut to fit the rest of the step.</summary>
    public bool ChunkedPrefill { get; init; } = true;

    /// <summary>
    /// Whether a request is admitted only when its whole current sequence fits, not only the first chunk (vLLM: full_sequence_must_fit, the
    /// cure for the preemption loop of vLLM #37307).
    /// </summary>
    public bool WholeSequenceMustFit { get; init; } = true;

    /// <summary>
    /// Share of the pool that an admission leaves available while something runs, at least 0 and below 1 (vLLM: watermark).
    /// </summary>
    public double Watermark { get; init; }

    /// <summary>How the admissions of a step share KV. The default is vLLM's.</summary>
    public KvRules Rules { get; init; } =
        new() { HitsWithinStep = true, ChargesSharedOnce = true, KeepsCopies = true, PinsAdmissionsFirst = false };

    /// <summary>
    /// Whether the pass over the running requests ends at one that finds no KV and is itself the next to give way (vLLM's loop breaks
    /// there, also by priority, where others come after it); otherwise the others go on.
    /// </summary>
    public bool OwnPreemptionEndsPass { get; init; } = true;

    /// <summary>A cut that is asked for where prompts are not cut.</summary>
    public static OptionFault? Contradiction(VllmV1Options options, PolicySpec written) =>
        options is { ChunkedPrefill: false, LongPrefillTokensMax: not null }
        ? new OptionFault("long-prefill-tokens-max", "cuts prompts, but chunked-prefill is false; leave one of the two.")
        : null;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or two contradict each other.</exception>
    public void Validate()
    {
        WholePrompts.ValidateWatermark(Watermark);
        if (!Enum.IsDefined(Order)) throw new ArgumentOutOfRangeException(nameof(Order), Order, "Unknown order.");
        if (!Enum.IsDefined(Victim)) throw new ArgumentOutOfRangeException(nameof(Victim), Victim, "Unknown victim.");
        if (LongPrefillTokensMax is not { } limit) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(LongPrefillTokensMax));
        if (!ChunkedPrefill)
        {
            throw new ArgumentException($"{nameof(LongPrefillTokensMax)} cuts prompts, so it needs {nameof(ChunkedPrefill)}.");
        }
    }
}

/// <summary>vLLM's scheduling policies.</summary>
public enum VllmV1Order
{
    /// <summary>In order of arrival.</summary>
    Fcfs,

    /// <summary>By (priority, arrival), lower first.</summary>
    Priority,
}

/// <summary>Which running request loses its KV when another finds none; ties go to the later arrival.</summary>
public enum VllmV1Victim
{
    /// <summary>The last in order, as vLLM does: the newest one, or by priority the one with the greatest (priority, arrival).</summary>
    ByOrder,

    /// <summary>
    /// The one with the fewest computed tokens, which is the cheapest to compute again (INFERMAX's SRF, arXiv 2411.07447, and its fork of
    /// vLLM).
    /// </summary>
    LeastComputed,

    /// <summary>The one with the most computed tokens, which frees the most: the negative control.</summary>
    MostComputed,
}
