using System.Runtime.InteropServices;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Automata;

/// <summary>
/// Reads bytes and knows after each whether a grammar allows them so far. States are the sets of places at which a parser may be, each with
/// the stack of what follows; they are found and numbered as they are reached, and each step from one is computed once. Not thread-safe.
/// </summary>
/// <remarks>
/// A stack is a chain of frames that are kept once each, so that equal stacks have equal numbers (the graph-structured stack of Tomita,
/// 1985); a sequence leaves no frame behind when its last part begins.
/// </remarks>
internal sealed class ByteAutomaton
{
    /// <summary>The state in which nothing is allowed and nothing is whole.</summary>
    public const int Dead = 0;

    private const int Bottom = -1;
    private const int PlacesMax = 2_000;
    private const int DepthMax = 1_000;
    private const int KeptMax = 4_000_000;
    private const int Unknown = -1;

    private readonly Grammar _grammar;
    private readonly int _statesMax;
    private readonly List<State> _states = [];
    private readonly Dictionary<Key, int> _numbers = [];
    private readonly List<Frame> _frames = [];
    private readonly Dictionary<Frame, int> _frameNumbers = [];
    private readonly HashSet<Frame> _entered = [];
    private readonly HashSet<(int Node, int Stack)> _places = [];
    private long _kept;
    private int _depth;
    private bool _isWhole;

    /// <summary>An automaton at the beginning of its grammar's language.</summary>
    /// <exception cref="GrammarException">More places than can be followed at once.</exception>
    public ByteAutomaton(Grammar grammar, int statesMax = 20_000)
    {
        _grammar = grammar;
        _statesMax = statesMax;
        Number();
        Enter(grammar.Root, Bottom);
        Start = Number();
    }

    /// <summary>The state before the first byte.</summary>
    public int Start { get; }

    /// <summary>States found so far.</summary>
    public int Count => _states.Count;

    /// <summary>Whether what was read is a whole word of the language.</summary>
    public bool IsWhole(int state) => _states[state].IsWhole;

    /// <summary>Whether some byte may follow.</summary>
    public bool HasNext(int state) => _states[state].Places.Length > 0;

    /// <summary>The state after a byte; <see cref="Dead"/> when it is not allowed.</summary>
    /// <exception cref="GrammarException">More states than are kept, or more places than can be followed at once.</exception>
    public int Step(int state, byte value)
    {
        var next = _states[state].Next;
        if (next[value] == Unknown) next[value] = Compute(state, value);
        return next[value];
    }

    private int Compute(int state, byte value)
    {
        foreach (var (node, stack) in _states[state].Places)
        {
            if (_grammar[node].Set.Has(value)) GoOn(stack);
        }

        return Number();
    }

    // Everything that may be read next once the node may begin, with the stack below it.
    private void Enter(int node, int stack)
    {
        var at = _grammar[node];
        // Calls nest as deep as rules do before they read a byte; the thread's own stack must not be what ends that.
        if (++_depth > DepthMax) throw TooMuch($"nests more than {DepthMax} rules before it reads anything");
        switch (at.Kind)
        {
            case NodeKind.Bytes:
                if (_places.Add((node, stack)) && _places.Count > PlacesMax)
                {
                    throw TooMuch($"can be read in more than {PlacesMax} ways at once");
                }

                break;
            case NodeKind.Choice:
                foreach (var part in at.Parts) Enter(part, stack);
                break;
            case NodeKind.Sequence: EnterSequence(node, at, 0, stack); break;
            default: EnterRepeat(node, at, 0, stack); break;
        }

        _depth--;
    }

    private void EnterSequence(int node, GrammarNode at, int part, int stack)
    {
        if (part == at.Parts.Length) GoOn(stack);
        else if (part == at.Parts.Length - 1) Enter(at.Parts[part], stack);
        else Enter(at.Parts[part], Push(new Frame(node, part + 1, stack)));
    }

    private void EnterRepeat(int node, GrammarNode at, int count, int stack)
    {
        // The same place of the same repetition is entered once between two bytes: its part may be empty.
        if (!_entered.Add(new Frame(node, count, stack))) return;
        if (at.Most is not { } most || count < most)
        {
            // Beyond what is counted, all counts are alike.
            var next = at.Most is null ? Math.Min(count + 1, at.Least) : count + 1;
            Enter(at.Parts[0], Push(new Frame(node, next, stack)));
        }

        if (count >= at.Least) GoOn(stack);
    }

    private void GoOn(int stack)
    {
        if (stack == Bottom)
        {
            _isWhole = true;
            return;
        }

        var frame = _frames[stack];
        var at = _grammar[frame.Node];
        if (at.Kind == NodeKind.Sequence) EnterSequence(frame.Node, at, frame.Part, frame.Below);
        else EnterRepeat(frame.Node, at, frame.Part, frame.Below);
    }

    private int Push(Frame frame)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_frameNumbers, frame, out var isKnown);
        if (isKnown) return number;
        number = _frames.Count;
        _frames.Add(frame);
        Keep(1);
        return number;
    }

    // The state of the places that were just entered.
    private int Number()
    {
        var places = _places.ToArray();
        Array.Sort(places);
        var key = new Key(places, _isWhole);
        _places.Clear();
        _entered.Clear();
        _isWhole = false;
        if (_numbers.TryGetValue(key, out var number)) return number;
        if (_states.Count == _statesMax) throw TooMuch($"needs more than {_statesMax} states");
        Keep(places.Length);
        number = _states.Count;
        _states.Add(new State(places, key.IsWhole));
        _numbers.Add(key, number);
        return number;
    }

    private void Keep(int items)
    {
        _kept += items;
        if (_kept > KeptMax) throw TooMuch($"needs more than {KeptMax} places");
    }

    private GrammarException TooMuch(string what)
    {
        _places.Clear();
        _entered.Clear();
        (_isWhole, _depth) = (false, 0);
        return new GrammarException("", $"The grammar {what}.");
    }

    private readonly record struct Frame(int Node, int Part, int Below);

    private readonly record struct Key((int Node, int Stack)[] Places, bool IsWhole)
    {
        public bool Equals(Key other) => IsWhole == other.IsWhole && Places.AsSpan().SequenceEqual(other.Places);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(IsWhole);
            foreach (var place in Places) hash.Add(place);
            return hash.ToHashCode();
        }
    }

    private sealed class State
    {
        public State((int Node, int Stack)[] places, bool isWhole)
        {
            (Places, IsWhole) = (places, isWhole);
            Array.Fill(Next, places.Length == 0 ? Dead : Unknown);
        }

        public (int Node, int Stack)[] Places { get; }

        public bool IsWhole { get; }

        public int[] Next { get; } = new int[256];
    }
}
