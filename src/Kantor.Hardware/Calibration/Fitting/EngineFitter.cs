using Kantor.Core.StepTime;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>One step of an engine as it was measured.</summary>
/// <param name="Case">Number of the load that it belongs to, at least 0; steps of a case are in order.</param>
/// <param name="Load">What it computed.</param>
/// <param name="StepUs">Its duration in microseconds.</param>
public readonly record struct MeasuredStep(int Case, StepLoad Load, double StepUs);

/// <summary>An engine's step time as fitted, and how far off it is where it was not fitted.</summary>
/// <param name="StepTime">Fitted to all cases.</param>
/// <param name="HeldOut">Relative error, on each fourth case, of a fit to the others.</param>
/// <param name="HeldOutMeanError">There: mean absolute error divided by the mean duration.</param>
/// <param name="Samples">Samples that the measured steps were condensed to.</param>
public sealed record EngineFit(LinearStepTime StepTime, FitError HeldOut, double HeldOutMeanError, int Samples);

/// <summary>Fits <see cref="LinearStepTime"/> to measured steps, for <c>kantor calibrate engine</c>.</summary>
/// <remarks>
/// Up to <see cref="WindowSteps"/> successive steps that decode the same number of sequences are one sample, at their median: a step in
/// which the operating system took a thread away for milliseconds says nothing about the engine. Errors count relative to the step's time.
/// </remarks>
public static class EngineFitter
{
    /// <summary>Most steps that one sample stands for.</summary>
    public const int WindowSteps = 12;

    private const int HeldOutOneIn = 4;

    /// <summary>The fit.</summary>
    /// <exception cref="FormatException">There are too few cases to hold one out.</exception>
    public static EngineFit Fit(IReadOnlyList<MeasuredStep> steps)
    {
        var samples = Condense(steps);
        var (held, kept) = (samples.Where(IsHeldOut).ToList(), samples.Where(sample => !IsHeldOut(sample)).ToList());
        if (held.Count == 0 || kept.Count == 0)
        {
            throw new FormatException(
                $"{steps.Count} steps of one kind of load cannot be fitted and checked; at least {HeldOutOneIn} loads are needed.");
        }

        var trained = FitTo(kept);
        var pairs = held.Select(sample => (trained.StepUs(sample.Load), sample.StepUs)).ToList();
        var absolute = pairs.Sum(pair => Math.Abs(pair.Item1 - pair.StepUs)) / pairs.Sum(pair => pair.StepUs);
        return new EngineFit(FitTo(samples), FitError.Of(pairs), absolute, samples.Count);
    }

    private static bool IsHeldOut(MeasuredStep sample) => sample.Case % HeldOutOneIn == HeldOutOneIn - 1;

    private static LinearStepTime FitTo(List<MeasuredStep> samples)
    {
        var fitter = new StepTimeFitter(new StepTimeFitterOptions { Forgetting = 1, Relative = true });
        foreach (var sample in samples) fitter.Observe(sample.Load, sample.StepUs);
        return fitter.Fit();
    }

    private static List<MeasuredStep> Condense(IReadOnlyList<MeasuredStep> steps)
    {
        var samples = new List<MeasuredStep>();
        var window = new List<MeasuredStep>();
        foreach (var step in steps)
        {
            if (step.Load.IsEmpty || !(step.StepUs > 0))
            {
                throw new FormatException($"A step of {step.StepUs} us with {step.Load} says nothing.");
            }

            if (window.Count > 0 && (window.Count == WindowSteps || !Resembles(window[^1], step))) Close();
            window.Add(step);
        }

        if (window.Count > 0) Close();
        return samples;

        void Close()
        {
            samples.Add(window[window.Count / 2] with { StepUs = window.Select(step => step.StepUs).Order().ElementAt(window.Count / 2) });
            window.Clear();
        }
    }

    private static bool Resembles(in MeasuredStep one, in MeasuredStep other) =>
        one.Case == other.Case && one.Load.PrefillTokens == 0 && other.Load.PrefillTokens == 0
            && one.Load.DecodeSequences == other.Load.DecodeSequences;
}
