using System.Text;
using Kantor.Core.Requests;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests;

/// <summary>One stream as its reader has seen it so far; checks what every reader may rely on.</summary>
internal sealed class Answer(DeltaStream stream, int choices)
{
    private readonly StringBuilder[] _texts = [.. Enumerable.Range(0, choices).Select(_ => new StringBuilder())];
    private readonly int[] _tokens = new int[choices];
    private readonly ChoiceFinish?[] _finishes = new ChoiceFinish?[choices];

    public List<GenerationDelta> Deltas { get; } = [];

    public bool IsComplete => _finishes.All(finish => finish is not null);

    public string Text => TextOf(0);

    public ChoiceFinish Finish => FinishOf(0);

    public RequestOutcome Outcome => Finish.Outcome;

    public string TextOf(int choice) => _texts[choice].ToString();

    public ChoiceFinish FinishOf(int choice) => _finishes[choice] ?? throw new InvalidOperationException($"Choice {choice} has not ended.");

    public void Cancel() => stream.Cancel();

    public void Read()
    {
        while (stream.TryTake(out var delta)) Take(delta!);
    }

    private void Take(GenerationDelta delta)
    {
        Assert.True(_finishes[delta.Choice] is null, "A choice gained a delta after its finish.");
        Deltas.Add(delta);
        _texts[delta.Choice].Append(delta.Text);
        _tokens[delta.Choice] += delta.Tokens;
        _finishes[delta.Choice] = delta.Finish;
        if (delta.Finish is { } finish) Assert.Equal(finish.GeneratedTokens, _tokens[delta.Choice]);
    }
}
