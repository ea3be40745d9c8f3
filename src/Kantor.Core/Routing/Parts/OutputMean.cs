using Kantor.Core.Decisions;

namespace Kantor.Core.Routing.Parts;

/// <summary>How long answers were of late, and how far apart their tokens: means that forget.</summary>
/// <param name="usualTokens">Tokens of an answer before one has ended.</param>
internal sealed class OutputMean(double usualTokens)
{
    private const double Share = 0.02;
    private const double UsualGapUs = 30_000;

    /// <summary>Tokens of an answer.</summary>
    public double Tokens { get; private set; } = usualTokens;

    /// <summary>Time from sending to the end, by token.</summary>
    public double GapUs { get; private set; } = UsualGapUs;

    /// <summary>A request ended so, so long after it was sent.</summary>
    public void Learn(in RequestEnd end, long us)
    {
        if (!end.IsCompleted || end.GeneratedTokens < 1) return;
        Tokens += Share * (end.GeneratedTokens - Tokens);
        GapUs = Math.Max(1, GapUs + (Share * (((double)us / end.GeneratedTokens) - GapUs)));
    }
}
