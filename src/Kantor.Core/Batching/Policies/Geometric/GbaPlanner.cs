using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Geometric;

/// <summary>
/// Geometric batching: requests in phases by believed length, the short ones first, each phase of outputs up to a growing bound; starts are
/// staggered so that memory stays level (arXiv 2601.22996, of which an abstract and design notes are known; research notes, theory 3.5).
/// </summary>
public sealed class GbaPlanner(GeometricOptions? options = null) : GeometricPlanner(
    PolicySpec.Of("gba", GeometricOptions.Keys, options ?? new GeometricOptions()).ToString(), options ?? new GeometricOptions())
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "phases of geometrically growing believed outputs, the short first; staggered starts keep memory level",
        "arXiv 2601.22996")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, one worker, unit rounds, lengths known",
        Guarantee = "of the source's form: total latency at most 10.67 times the best, 6.75 in large memory (theory 3.5)",
        Information = LengthInformation.Point,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r log r + log n)",
    };

    private protected override int TokensToCome(in BatchView view, int row) => view.BelievedOutput(row).MeanTokens;
}
