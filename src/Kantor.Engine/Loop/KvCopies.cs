using Kantor.Core.Kv;
using Kantor.Engine.Backends;

namespace Kantor.Engine.Loop;

/// <summary>
/// What lies behind the blocks of a tier in host memory: copies of runs of cells, each freed when none of its blocks refers to it any more.
/// </summary>
/// <remarks>Owner: the loop thread.</remarks>
internal sealed class KvCopies(IModelBackend backend) : IDisposable
{
    private Run?[] _runs = [];

    private sealed class Run(KvCopy copy)
    {
        public KvCopy Copy => copy;

        public int Blocks { get; set; }
    }

    /// <summary>Memory that the copies take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Copies the sequence's KV of these tokens out of the pool; false when the back end could not.</summary>
    public bool TryStore(int sequence, KvTransfer transfer)
    {
        for (var from = transfer.FromToken; from < transfer.ToToken;)
        {
            var to = Math.Min(from + IModelBackend.CopyTokensMax, transfer.ToToken);
            if (backend.Export(sequence, from, to) is not { } copy) return false;
            Keep(copy, transfer.Blocks, from - transfer.FromToken, to - transfer.FromToken);
            from = to;
        }

        return true;
    }

    /// <summary>Copies these tokens' KV into the sequence; false when a part of it is not here or could not be had.</summary>
    public bool TryLoad(int sequence, KvTransfer transfer)
    {
        var blocks = transfer.Blocks;
        for (var first = 0; first < blocks.Count;)
        {
            if (RunOf(blocks[first]) is not { } run) return false;
            var end = first + 1;
            while (end < blocks.Count && RunOf(blocks[end]) == run) end++;
            if (!backend.TryImport(run.Copy, sequence, transfer.FromToken + first, transfer.FromToken + end)) return false;
            first = end;
        }

        return true;
    }

    /// <summary>Frees all copies.</summary>
    public void Dispose()
    {
        for (var block = 0; block < _runs.Length; block++) Forget(block);
    }

    private Run? RunOf(int block) => block < _runs.Length ? _runs[block] : null;

    private void Keep(KvCopy copy, IReadOnlyList<int> blocks, int first, int end)
    {
        var run = new Run(copy) { Blocks = end - first };
        Bytes += copy.Bytes;
        for (var index = first; index < end; index++)
        {
            var block = blocks[index];
            if (block >= _runs.Length) Array.Resize(ref _runs, Math.Max(block + 1, _runs.Length * 2));
            Forget(block);
            _runs[block] = run;
        }
    }

    private void Forget(int block)
    {
        if (_runs[block] is not { } run) return;
        _runs[block] = null;
        if (--run.Blocks > 0) return;
        Bytes -= run.Copy.Bytes;
        run.Copy.Dispose();
    }
}
