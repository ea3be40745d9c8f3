namespace Kantor.Simulation.Replicas;

/// <summary>
/// What steps by itself: a replica, one with pipeline stages, or several behind a barrier. Times steps; the replicas keep the books.
/// </summary>
internal interface IStepUnit
{
    int Index { get; }

    /// <summary>Whether an event lies ahead after which the unit plans: a step that ends or one that begins.</summary>
    bool IsAwake { get; set; }

    /// <summary>Whether there is something to plan for.</summary>
    bool HasWork { get; }

    /// <summary>When the next step can begin although the last one has not ended; null when it has to end first.</summary>
    long? BeginsNextUs { get; }

    /// <summary>
    /// When the unit plans again although nothing happens, because its policy holds until then; null when it does not hold.
    /// </summary>
    long? HeldUntilUs { get; }

    /// <summary>Plans a step, and perhaps those that repeat it; false when nothing can be planned before something else happens.</summary>
    bool TryBeginStep(long nowUs, out long endUs);

    /// <summary>Ends the step that ends now; false when none does, because the event is one of a leap that was cut.</summary>
    bool TryEndStep(long nowUs);

    /// <summary>
    /// Something is about to happen to a replica of the unit: of a leap only the step under way stays, and the books are brought up to it.
    /// True, with the end of that step, when a leap was cut.
    /// </summary>
    bool TryCutLeap(long nowUs, out long endUs);

    /// <summary>The unit fails or leaves: the steps under way never end. Gives how many those are.</summary>
    int Stop();

    /// <summary>Blocks that steps of a leap have taken by now and that are not booked yet.</summary>
    int BlocksUnbooked(long nowUs);

    /// <summary>
    /// Brings the books up to the step under way, so that what a pool has cached is as of now; the leap goes on. True when that step is one
    /// of a leap that ends at this very moment, so that the leap is to be cut.
    /// </summary>
    bool CatchUp(long nowUs);
}
