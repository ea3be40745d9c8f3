namespace Kantor.Core.StepTime;

/// <summary>How a <see cref="StepTimeFitter"/> learns.</summary>
public sealed record StepTimeFitterOptions
{
    /// <summary>Weight that a step keeps when the next one is seen, above 0 and at most 1; 0.999 halves it in 693 steps.</summary>
    public double Forgetting { get; init; } = 0.999;

    /// <summary>Whether errors count relative to the step's time, so that short steps count as much as long ones.</summary>
    public bool Relative { get; init; }

    /// <summary>The model before the first step. The default is the order of magnitude of a small model on processor cores.</summary>
    public LinearStepTime Prior { get; init; } = new(5_000, 500, 1_000, 0);

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The forgetting factor is not in (0, 1].</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Prior);
        if (!(Forgetting is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Forgetting), Forgetting, "Forgetting is above 0 and at most 1.");
        }
    }
}
