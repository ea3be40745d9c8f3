namespace Kantor.Bounds.Work;

/// <summary>
/// Step time from below with a fixed part: every step takes at least that and the rates of its tokens (docs/bounds.md, section 4.2).
/// </summary>
/// <param name="FixedUs">Of each step, at least 0, in microseconds.</param>
/// <param name="Rates">Machine time of each token beyond it.</param>
internal readonly record struct StepMinorant(double FixedUs, WorkRates Rates);
