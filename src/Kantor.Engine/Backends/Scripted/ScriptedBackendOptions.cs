using Kantor.Core.StepTime;
using Kantor.Engine.Clocks;

namespace Kantor.Engine.Backends.Scripted;

/// <summary>Sizes, pace, language and faults of a <see cref="ScriptedBackend"/>.</summary>
public sealed record ScriptedBackendOptions
{
    /// <summary>Name shown to clients.</summary>
    public string ModelName { get; init; } = "scripted";

    /// <summary>Cells of the pool, in tokens.</summary>
    public int KvTokensTotal { get; init; } = 4096;

    /// <summary>Sequence ids.</summary>
    public int SequencesMax { get; init; } = 256;

    /// <summary>Most rows of a step.</summary>
    public int BatchTokensMax { get; init; } = 512;

    /// <summary>Longest sequence, in tokens.</summary>
    public int ContextTokensMax { get; init; } = 4096;

    /// <summary>How far each step moves the clock.</summary>
    public IStepTimeModel StepTime { get; init; } = new LinearStepTime(1_000, 10, 50, 0.1);

    /// <summary>The clock that steps move.</summary>
    public VirtualClock Clock { get; init; } = new();

    /// <summary>Of so many tokens, one ends the answer, on average; null for answers that never end by themselves.</summary>
    public int? EndsOneIn { get; init; } = 64;

    /// <summary>
    /// The language's next token after all tokens of a sequence; null lets the built-in language speak. The built-in one depends on every
    /// cell that the sequence sees, a function here on the tokens alone.
    /// </summary>
    public Func<IReadOnlyList<int>, int?>? NextToken { get; init; }

    /// <summary>What goes wrong.</summary>
    public IReadOnlyList<ScriptedFault> Faults { get; init; } = [];

    /// <summary>A token at which the tokenizer throws; null for none.</summary>
    public int? UndecodableToken { get; init; }

    /// <summary>Bytes of a token's KV; null for cells that cannot be copied.</summary>
    public long? KvTokenBytes { get; init; } = 64;

    /// <summary>Whether the export of this number, from 1, fails; null for none.</summary>
    public Func<long, bool>? ExportFails { get; init; }

    /// <summary>Whether the import of this number, from 1, fails; null for none.</summary>
    public Func<long, bool>? ImportFails { get; init; }

    /// <summary>
    /// Called at the start of every <see cref="IModelBackend.Execute"/> on the loop thread, for tests that interfere at a certain step.
    /// </summary>
    public Action<long>? OnExecute { get; init; }
}
