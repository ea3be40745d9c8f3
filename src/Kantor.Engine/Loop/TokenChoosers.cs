using Kantor.Engine.Backends;

namespace Kantor.Engine.Loop;

/// <summary>
/// Chooses the next tokens of a step: the rows are shared among several threads when there are enough of them. Which thread chooses makes
/// no difference, because every choice has its own history and random stream. Owner: the loop thread, which works with the others.
/// </summary>
internal sealed class TokenChoosers
{
    // Waking a thread takes about as long as choosing from so many rows of a large vocabulary.
    private const int RowsPerThreadMin = 4;

    private readonly IModelBackend _backend;
    private readonly int[] _endTokens;
    private readonly TokenChooser?[] _choosers;
    private readonly Action<int> _work;
    private readonly List<(ChoiceRun Choice, int BatchRow)> _rows = [];
    private RowChoice[] _chosen = [];
    private int _next;

    /// <summary>Choosers on at most so many threads, the loop's among them.</summary>
    public TokenChoosers(IModelBackend backend, int threadsMax)
    {
        _backend = backend;
        _choosers = new TokenChooser?[threadsMax];
        _endTokens = TokenChooser.EndTokensOf(backend.Tokenizer, backend.Info.VocabularySize);
        _work = Work;
    }

    /// <summary>A row of the executed batch is a choice's.</summary>
    public void Add(ChoiceRun choice, int batchRow) => _rows.Add((choice, batchRow));

    /// <summary>Chooses for all rows that were added, in their order, and forgets them. Valid until the next call.</summary>
    public ReadOnlySpan<RowChoice> ChooseAll()
    {
        var rows = _rows.Count;
        if (_chosen.Length < rows) Array.Resize(ref _chosen, Math.Max(rows, 2 * _chosen.Length));
        _next = 0;
        var threads = Math.Clamp(rows / RowsPerThreadMin, 1, _choosers.Length);
        if (threads == 1) Work(0);
        else Parallel.For(0, threads, _work);
        _rows.Clear();
        return _chosen.AsSpan(0, rows);
    }

    private void Work(int worker)
    {
        var chooser = _choosers[worker] ??= new TokenChooser(_backend.Tokenizer, _backend.Info.VocabularySize, _endTokens);
        for (var row = Interlocked.Increment(ref _next) - 1; row < _rows.Count; row = Interlocked.Increment(ref _next) - 1)
        {
            _chosen[row] = Choose(chooser, _rows[row].Choice, _rows[row].BatchRow);
        }
    }

    private RowChoice Choose(TokenChooser chooser, ChoiceRun choice, int batchRow)
    {
        try
        {
            var failure = chooser.Choose(choice, _backend.Logits(batchRow), out var chosen);
            return failure is null ? new RowChoice(chosen, null) : new RowChoice(null, failure);
        }
#pragma warning disable CA1031 // Whatever a back end throws concerns this request only.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new RowChoice(null, $"The model's back end failed: {exception.GetType().Name}.");
        }
    }
}

/// <summary>What became of a row.</summary>
/// <param name="Chosen">The token; null when none could be chosen.</param>
/// <param name="Failure">Why not, fit to be shown to the caller; null when one could.</param>
internal readonly record struct RowChoice(ChosenToken? Chosen, string? Failure);
