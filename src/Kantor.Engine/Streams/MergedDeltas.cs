using System.Text;

namespace Kantor.Engine.Streams;

/// <summary>Deltas of one choice that lie unread, as one; the cost of adding does not grow with what lies there.</summary>
internal sealed class MergedDeltas(int choice)
{
    private readonly StringBuilder _text = new();
    private readonly List<TokenLogprob> _logprobs = [];
    private int _tokens;
    private ChoiceFinish? _finish;

    public void Add(GenerationDelta delta)
    {
        _text.Append(delta.Text);
        _logprobs.AddRange(delta.Logprobs);
        _tokens += delta.Tokens;
        _finish = delta.Finish;
    }

    public GenerationDelta ToDelta() => new()
    {
        Choice = choice,
        Text = _text.ToString(),
        Tokens = _tokens,
        Logprobs = _logprobs,
        Finish = _finish,
    };
}
