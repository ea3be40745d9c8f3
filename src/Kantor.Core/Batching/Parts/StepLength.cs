using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Parts;

/// <summary>
/// How many prompt tokens a step may hold so that it is over before the gap of any row that decodes becomes too long (prices 3: the step's
/// length is bounded by the tightest gap slack).
/// </summary>
/// <remarks>
/// Rows that would be late even after a step of decodes alone are not waited for: they would stop every prompt and win nothing. Step times
/// must rise with what a step holds.
/// </remarks>
internal readonly ref struct StepLength
{
    private readonly IStepTimeModel _stepTime;
    private readonly StepLoad _decodes;
    private readonly int _context;

    /// <summary>
    /// The decodes of the view, and how long they leave; only a share of each slack is used, above 0 and at most 1. Rows that are paused,
    /// by number, do not decode in this step; none when the span is empty.
    /// </summary>
    public StepLength(in BatchView view, double slackShare, ReadOnlySpan<bool> paused = default)
    {
        _stepTime = view.StepTime;
        foreach (var row in view.Running)
        {
            if (row < paused.Length && paused[row]) continue;
            if (view.IsDecoding(row)) _decodes = _decodes.With(1, view.ComputedTokens[row], isDecode: true);
            else _context = Math.Max(_context, view.ComputedTokens[row]);
        }

        DecodesUs = _stepTime.StepUs(_decodes);
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row) || (row < paused.Length && paused[row])) continue;
            if (view.SlackToNextTokenUs(row) is { } slackUs && slackUs >= DecodesUs) SlackUs = Least(SlackUs, slackUs);
            var slo = view.ClassOf(row).Slo;
            if ((slo.GapUsMax ?? slo.TpotUsMax) is { } gapUs && gapUs >= DecodesUs) GapUs = Least(GapUs, gapUs);
        }

        SlackUs *= slackShare;
        GapUs *= slackShare;
    }

    /// <summary>Time of a step of the decodes alone.</summary>
    public double DecodesUs { get; }

    /// <summary>Time that the step may take; null when no decode sets a limit.</summary>
    public double? SlackUs { get; }

    /// <summary>Time that steps may take from now on, while the same rows decode; null when none sets a limit.</summary>
    public double? GapUs { get; }

    /// <summary>Prompt tokens beside the decodes in a step of at most this time, 0 to the most; all of them without a limit.</summary>
    public int PromptTokens(double? limitUs, int most)
    {
        if (limitUs is not { } limit || StepUs(most) <= limit) return most;
        var (fits, tooMany) = (0, most);
        while (tooMany - fits > 1)
        {
            var middle = fits + ((tooMany - fits) / 2);
            if (StepUs(middle) <= limit) fits = middle;
            else tooMany = middle;
        }

        return fits;
    }

    /// <summary>Time of a step of the decodes and so many prompt tokens.</summary>
    public double StepUs(int promptTokens) =>
        promptTokens == 0 ? DecodesUs : _stepTime.StepUs(_decodes.With(promptTokens, _context, isDecode: false));

    private static double Least(double? one, double other) => one is { } us ? Math.Min(us, other) : other;
}
