namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// Which of the next prompts that are due can be promised: those worth most in sum whose first tokens can all be in time, found by dynamic
/// programming over the prompts in order of when they are due. Of each number of promises by tier it keeps the way that leaves the most
/// prompt tokens over (arXiv 2504.08784).
/// </summary>
/// <remarks>
/// Exact for its window and pace: what comes later depends on the promises only by their numbers and by the tokens left over. A row that is
/// promised decodes from when it is due. Who was promised before stays so as long as anything can be promised to it.
/// </remarks>
internal sealed class PromptWindow
{
    /// <summary>Most prompts of a window.</summary>
    public const int PromptsMax = 64;

    // Numbers of promises by tier that are told apart. With the prompts it bounds the time of a decision.
    private const int StatesMax = 512;

    private readonly Prompt[] _prompts = new Prompt[PromptsMax];
    private readonly List<TierPace.Tier> _tiers = [];
    private readonly bool[] _isTaken = new bool[PromptsMax * StatesMax];
    private readonly double[] _left = new double[StatesMax];
    private readonly double[] _tokensPerUs = new double[StatesMax];
    private int[] _decodes = new int[8];
    private int[] _counts = new int[8];
    private int[] _strides = new int[8];
    private int[] _now = new int[8];

    /// <summary>A prompt: time until its first token is due, tokens to compute, its tier, and whether it was promised before.</summary>
    public readonly record struct Prompt(double DueUs, int Tokens, int Tier, bool IsPromised);

    /// <summary>Prompts in the window.</summary>
    public int Count { get; private set; }

    private int States { get; set; } = 1;

    /// <summary>An empty window.</summary>
    public void Clear()
    {
        _tiers.Clear();
        (Count, States) = (0, 1);
    }

    /// <summary>The tier's number; a new one when there is none like it.</summary>
    public int TierOf(in TierPace.Tier tier)
    {
        var number = _tiers.IndexOf(tier);
        if (number >= 0) return number;
        if (_tiers.Count == _decodes.Length) Grow();
        (_decodes[_tiers.Count], _counts[_tiers.Count]) = (0, 0);
        _tiers.Add(tier);
        return _tiers.Count - 1;
    }

    /// <summary>A row decodes, or will before anybody of the window.</summary>
    public void AddDecode(int tier) => _decodes[tier]++;

    /// <summary>Adds a prompt that is due no sooner than those before it; false when the window is full.</summary>
    public bool TryAdd(in Prompt prompt)
    {
        var count = _counts[prompt.Tier] + 1;
        var states = States / count * (count + 1);
        if (Count == PromptsMax || states > StatesMax) return false;
        (_counts[prompt.Tier], States) = (count, states);
        _prompts[Count++] = prompt;
        return true;
    }

    /// <summary>
    /// Who of the window is promised, by place, when so many other tokens come first; the most value in sum, of equal ones the one with
    /// the most tokens left over.
    /// </summary>
    public void Choose(in TierPace pace, double tokensBefore, Span<bool> chosen)
    {
        WriteRates(pace);
        _left.AsSpan(0, States).Fill(double.NegativeInfinity);
        _left[0] = -tokensBefore;
        var nowUs = 0.0;
        for (var place = 0; place < Count; place++)
        {
            Wait(Math.Max(0, _prompts[place].DueUs - nowUs));
            nowUs = Math.Max(nowUs, _prompts[place].DueUs);
            Decide(place);
        }

        Read(Best(), chosen);
    }

    private void WriteRates(in TierPace pace)
    {
        var tiers = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tiers);
        var stride = 1;
        for (var tier = 0; tier < tiers.Length; tier++)
        {
            _strides[tier] = stride;
            stride *= _counts[tier] + 1;
        }

        for (var state = 0; state < States; state++)
        {
            for (var tier = 0; tier < tiers.Length; tier++) _now[tier] = _decodes[tier] + Promised(state, tier);
            _tokensPerUs[state] = pace.TokensPerUs(tiers, _now);
        }
    }

    /// <summary>Promises of a tier in a state: a state is a number with a digit for each tier.</summary>
    private int Promised(int state, int tier) => state / _strides[tier] % (_counts[tier] + 1);

    private void Wait(double us)
    {
        for (var state = 0; state < States; state++) _left[state] += us * _tokensPerUs[state];
    }

    private void Decide(int place)
    {
        ref readonly var prompt = ref _prompts[place];
        var taken = _isTaken.AsSpan(place * StatesMax, States);
        taken.Clear();
        var (stride, count) = (_strides[prompt.Tier], _counts[prompt.Tier]);
        var mustTake = prompt.IsPromised && CanTake(prompt.Tokens, stride, count);
        // States of the same digit of the tier lie together, so that no digit has to be computed; the last digit first, as each looks at
        // the one before it.
        for (var block = 0; block < States; block += stride * (count + 1))
        {
            for (var digit = count; digit >= 0; digit--)
            {
                Decide(taken, block + (digit * stride), stride, digit == 0, prompt.Tokens, mustTake);
            }
        }
    }

    private void Decide(Span<bool> taken, int first, int stride, bool isNone, int tokens, bool mustTake)
    {
        for (var state = first; state < first + stride; state++)
        {
            var left = isNone ? double.NegativeInfinity : _left[state - stride] - tokens;
            if (left < 0) left = double.NegativeInfinity;
            taken[state] = mustTake || left > _left[state];
            if (taken[state]) _left[state] = left;
        }
    }

    private bool CanTake(int tokens, int stride, int count)
    {
        for (var block = 0; block < States; block += stride * (count + 1))
        {
            if (_left.AsSpan(block, stride * count).ContainsAnyInRange(tokens, double.PositiveInfinity)) return true;
        }

        return false;
    }

    private int Best()
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var state = 0; state < States; state++)
        {
            if (double.IsNegativeInfinity(_left[state])) continue;
            var value = 0.0;
            for (var tier = 0; tier < _tiers.Count; tier++) value += _tiers[tier].Value * Promised(state, tier);
            if (value > most || (value == most && _left[state] > _left[best])) (best, most) = (state, value);
        }

        return best;
    }

    private void Read(int state, Span<bool> chosen)
    {
        for (var place = Count - 1; place >= 0; place--)
        {
            chosen[place] = _isTaken[(place * StatesMax) + state];
            if (chosen[place]) state -= _strides[_prompts[place].Tier];
        }
    }

    private void Grow()
    {
        var size = 2 * _decodes.Length;
        Array.Resize(ref _decodes, size);
        Array.Resize(ref _counts, size);
        Array.Resize(ref _strides, size);
        Array.Resize(ref _now, size);
    }
}
