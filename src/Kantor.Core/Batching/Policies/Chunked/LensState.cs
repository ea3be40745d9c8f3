using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>What <see cref="LensPlanner"/> works with beside the queue.</summary>
internal sealed class LensState : OrderedState
{
    private int[] _prompts = new int[16];
    private long[] _keys = new long[16];

    /// <summary>What the step holds so far.</summary>
    public StepLoad Load { get; set; }

    /// <summary>Time that the step aims at, in microseconds.</summary>
    public double TargetUs { get; set; }

    /// <summary>Of so many running rows those that compute a prompt, the shortest rest first, ties in order of admission.</summary>
    public ReadOnlySpan<int> PromptsByRest(in BatchView view, int running)
    {
        if (_prompts.Length < running) (_prompts, _keys) = (new int[2 * running], new long[2 * running]);
        var count = 0;
        for (var place = 0; place < running; place++)
        {
            var row = view.Running[place];
            if (view.IsDecoding(row)) continue;
            (_prompts[count], _keys[count++]) = (row, ((long)view.MissingTokens(row) << 32) + place);
        }

        _keys.AsSpan(0, count).Sort(_prompts.AsSpan(0, count));
        return _prompts.AsSpan(0, count);
    }
}
