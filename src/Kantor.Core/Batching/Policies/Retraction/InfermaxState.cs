using System.Numerics;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Retraction;

/// <summary>
/// What <see cref="InfermaxPlanner"/> remembers beside the queue: the mean total length of whole answers by prompt octave.
/// </summary>
internal sealed class InfermaxState : OrderedState
{
    private readonly (double Sum, long Count)[] _octaves = new (double, long)[32];

    /// <summary>Mean prompt and output tokens of requests whose prompts are of the same octave; the prompt where none ended yet.</summary>
    public double MeanTotal(int promptTokens) =>
        _octaves[BitOperations.Log2((uint)promptTokens)] is { Count: > 0 } octave ? octave.Sum / octave.Count : promptTokens;

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        base.Ended(request, slot, end);
        if (!end.IsCompleted) return;
        ref var octave = ref _octaves[BitOperations.Log2((uint)request.PromptTokens)];
        octave = (octave.Sum + request.PromptTokens + end.GeneratedTokens, octave.Count + 1);
    }
}
