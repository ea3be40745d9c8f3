namespace Kantor.Engine.Backends.Scripted;

/// <summary>One line of a fault script: what goes wrong, and in which step or for which batches.</summary>
public sealed record ScriptedFault
{
    /// <summary>What goes wrong.</summary>
    public required ScriptedFaultKind Kind { get; init; }

    /// <summary>Number of the call to <see cref="IModelBackend.Execute"/>, from 0; null for every call.</summary>
    public long? Call { get; init; }

    /// <summary>Only for batches, and for logits of rows, of sequences that hold this token; null for all.</summary>
    public int? Token { get; init; }
}

/// <summary>Ways to fail.</summary>
public enum ScriptedFaultKind
{
    /// <summary><see cref="ExecuteStatus.NoKvSlot"/>, nothing changed.</summary>
    NoKvSlot,

    /// <summary><see cref="ExecuteStatus.Aborted"/> after half of the rows took their cells.</summary>
    Aborted,

    /// <summary><see cref="ExecuteStatus.InvalidBatch"/>, nothing changed.</summary>
    InvalidBatch,

    /// <summary><see cref="ExecuteStatus.Fatal"/>.</summary>
    Fatal,

    /// <summary>An exception out of <see cref="IModelBackend.Execute"/>, after half of the rows took their cells.</summary>
    Throws,

    /// <summary>The step succeeds; one logit of each matching row is NaN.</summary>
    NanLogits,

    /// <summary>The step succeeds; one logit of each matching row is +∞.</summary>
    InfiniteLogits,

    /// <summary>The step succeeds; every logit of each matching row is −∞.</summary>
    AllMasked,
}
