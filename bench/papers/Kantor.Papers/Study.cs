namespace Kantor.Papers;

/// <summary>The experiment of a paper, run here.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Title">What is studied, in one line.</param>
/// <param name="Source">The paper, and the section of the research notes.</param>
/// <param name="Differs">What differs between the paper's setting and ours.</param>
/// <param name="Measure">Runs it.</param>
internal sealed record Study(string Name, string Title, string Source, string Differs, Func<Effort, IReadOnlyList<Figure>> Measure);

/// <summary>How much of a study is run.</summary>
internal enum Effort
{
    /// <summary>All of it, as its table is printed.</summary>
    Full,

    /// <summary>Fewer trials or seeds: what a test has time for. The thresholds are the same.</summary>
    Reduced,
}

/// <summary>Sizes that depend on the effort.</summary>
internal static class Efforts
{
    public static int Pick(this Effort effort, int full, int reduced) => effort == Effort.Full ? full : reduced;
}
