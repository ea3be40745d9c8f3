using BenchmarkDotNet.Attributes;
using Kantor.Core;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.MicroBench;

/// <summary>
/// The life of a sequence in a full pool: opened, grown to prompt and output, committed and closed. With hits it finds the first half of its prompt,
/// which it shares with every eighth; without it finds nothing and blocks of others are evicted.
/// </summary>
[MemoryDiagnoser]
public class LedgerBench
{
    private const int BlockSizeTokens = 16;
    private const int PromptTokens = 1024;
    private const int OutputTokens = 128;
    private const int Contents = 512;

    private KvLedger _ledger = null!;
    private TokenContent[] _contents = null!;
    private int _next;

    [Params("lru", "gdsf")]
    public string Retention { get; set; } = "";

    [Params(false, true)]
    public bool Hits { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _ledger = new KvLedger(new KvLedgerOptions
        {
            BlocksTotal = 4096,
            BlockSizeTokens = BlockSizeTokens,
            Retention = PolicyCatalogue.Retention(Retention),
        });
        _contents = [.. Enumerable.Range(0, Contents).Select(Content)];
        for (var i = 0; i < 2 * Contents; i++) Life();
    }

    [Benchmark]
    public int Life()
    {
        var content = _contents[_next++ % Contents];
        if (!_ledger.TryOpen(content, default, PromptTokens - 1, out var sequence, out var hitTokens)) throw new InvalidOperationException("No room.");
        for (var tokens = PromptTokens; tokens <= PromptTokens + OutputTokens; tokens += BlockSizeTokens)
        {
            if (!_ledger.TryGrow(sequence, tokens)) throw new InvalidOperationException("No room.");
            _ledger.Commit(sequence, tokens);
        }

        _ledger.Close(sequence);
        return hitTokens;
    }

    private TokenContent Content(int number)
    {
        var shared = Hits ? number % 8 : number;
        return TokenContent.FromTokens(
            [.. Enumerable.Range(0, PromptTokens + OutputTokens).Select(i => i < PromptTokens / 2 ? (shared * 10_000) + i : (number * 10_000) + i)]);
    }
}
