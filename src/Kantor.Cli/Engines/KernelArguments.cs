using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.LlamaCpp;

namespace Kantor.Cli.Engines;

/// <summary>The options that say how the kernels compute and what memory they may take.</summary>
internal sealed class KernelArguments
{
    private static readonly (string Word, FlashAttention Value)[] Flashes =
        [("auto", FlashAttention.Auto), ("on", FlashAttention.On), ("off", FlashAttention.Off)];

    private static readonly (string Word, KvType Value)[] Types = [("f16", KvType.F16), ("f32", KvType.F32), ("q8", KvType.Q8)];

    private readonly Option<string?> _flashAttention = TextOption.Of(
        "--flash-attention", "auto|on|off", "Fused attention kernel; auto lets the library decide by model and device. Default: auto.");

    private readonly Option<string?> _keys = TextOption.Of(
        "--kv-keys", "f16|f32|q8", "Number type of cached keys; q8 takes about half the memory of f16. Default: f16.");

    private readonly Option<string?> _values = TextOption.Of(
        "--kv-values", "f16|f32|q8", "Number type of cached values; q8 needs the fused attention kernel. Default: f16.");

    private readonly Option<string?> _microBatch = TextOption.Of(
        "--micro-batch", "N",
        "Tokens that one pass of the kernels computes, at most --step-tokens; a longer step runs as several passes. Default: 512, or "
        + "--step-tokens where that is less.");

    private readonly Option<string?> _memory = TextOption.Of(
        "--memory", "MIB",
        "Most MiB that weights, KV and buffers may take on the GPU, and in host memory; a model that needs more is refused before it is "
        + "loaded. Default: what is free.");

    /// <summary>Puts the options on a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_flashAttention, _keys, _values, _microBatch, _memory]) command.Options.Add(option);
    }

    /// <summary>What was typed.</summary>
    /// <exception cref="UsageException">A value is none of those that are allowed, or two cannot go together.</exception>
    public KernelSettings Read(ParseResult parsed, int stepTokens)
    {
        var checks = new OptionChecks();
        var settings = new KernelSettings
        {
            FlashAttention = Word(_flashAttention, Flashes, parsed, checks),
            KeyType = Word(_keys, Types, parsed, checks),
            ValueType = Word(_values, Types, parsed, checks),
            MicroBatch = checks.Whole(_microBatch.Name, parsed.GetValue(_microBatch), 1, stepTokens),
            MemoryMiB = checks.Whole(_memory.Name, parsed.GetValue(_memory), 1, 1 << 28),
        };
        if (settings is { FlashAttention: FlashAttention.Off, ValueType: KvType.Q8 })
        {
            checks.Add($"{_values.Name} q8 needs the fused attention kernel; leave {_flashAttention.Name} off away.");
        }

        checks.ThrowIfAny();
        return settings;
    }

    /// <summary>The value of a word; that of the first when none was typed.</summary>
    private static T Word<T>(Option<string?> option, (string Word, T Value)[] words, ParseResult parsed, OptionChecks checks)
    {
        var typed = parsed.GetValue(option);
        foreach (var (word, value) in words)
        {
            if (word == (typed ?? words[0].Word)) return value;
        }

        checks.Add($"{option.Name} '{typed}' is unknown; it is {string.Join(", ", words.Select(each => each.Word))}.");
        return words[0].Value;
    }
}

/// <summary>How the kernels compute.</summary>
internal sealed record KernelSettings
{
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;

    public KvType KeyType { get; init; } = KvType.F16;

    public KvType ValueType { get; init; } = KvType.F16;

    /// <summary>Value of <c>--micro-batch</c>; null for what suits the step.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Value of <c>--memory</c>; null for what is free.</summary>
    public int? MemoryMiB { get; init; }
}
