namespace Kantor.Engine.Backends.Scripted;

/// <summary>
/// A pool of single-token cells as llama.cpp's unified cache has it: a cell has a position, belongs to any number of sequences, and is free
/// when it belongs to none. Beyond that each cell has a state, a fingerprint of everything that was visible when it was computed.
/// </summary>
internal sealed class ScriptedCells(int cells, int sequences)
{
    private readonly Cell[] _cells = new Cell[cells];
    private readonly ulong[] _fingerprints = new ulong[sequences];
    private readonly int[] _lengths = new int[sequences];
    private int _lowestFree;

    private struct Cell
    {
        public UInt128 MembersLow;
        public UInt128 MembersHigh;
        public int Position;
        public int Token;
        public ulong State;
    }

    /// <summary>Cells that belong to no sequence.</summary>
    public int Free => cells - Used;

    /// <summary>Cells that belong to a sequence.</summary>
    public int Used { get; private set; }

    /// <summary>One past the sequence's highest position; 0 when it is empty.</summary>
    public int LengthOf(int sequence) => _lengths[sequence];

    /// <summary>State that a new token at this position of the sequence would have: it depends on every cell that it sees.</summary>
    public ulong StateFor(int sequence, int position, int token) =>
        Mix(_fingerprints[sequence] ^ Mix(((ulong)(uint)position << 32) | (uint)token));

    /// <summary>Puts a token into a free cell; the lowest one, as llama.cpp's search from the start does.</summary>
    public void Add(int sequence, int position, int token, ulong state)
    {
        var index = Array.FindIndex(_cells, _lowestFree, IsFree);
        _lowestFree = index + 1;
        _cells[index] = new Cell { Position = position, Token = token, State = state };
        Join(ref _cells[index], sequence);
        Used++;
    }

    public void Copy(int source, int target, int from, int to)
    {
        foreach (ref var cell in _cells.AsSpan())
        {
            if (IsIn(cell, source, from, to) && !Has(cell, target)) Join(ref cell, target);
        }
    }

    public void Remove(int sequence, int from, int to)
    {
        for (var index = 0; index < cells; index++)
        {
            if (IsIn(_cells[index], sequence, from, to)) Leave(index, sequence);
        }

        _lengths[sequence] = 0;
        foreach (ref readonly var cell in _cells.AsSpan())
        {
            if (Has(cell, sequence)) _lengths[sequence] = Math.Max(_lengths[sequence], cell.Position + 1);
        }
    }

    /// <summary>The sequence's cells at positions [from, to), without their members.</summary>
    public (int Position, int Token, ulong State)[] Export(int sequence, int from, int to) =>
        [.. _cells.Where(cell => IsIn(cell, sequence, from, to)).Select(cell => (cell.Position, cell.Token, cell.State))];

    /// <summary>Tokens of the sequence in order of position.</summary>
    public List<int> TokensOf(int sequence) =>
        [.. _cells.Where(cell => Has(cell, sequence)).OrderBy(cell => cell.Position).Select(cell => cell.Token)];

    public bool Holds(int sequence, int token)
    {
        foreach (ref readonly var cell in _cells.AsSpan())
        {
            if (cell.Token == token && Has(cell, sequence)) return true;
        }

        return false;
    }

    public static ulong Mix(ulong bits)
    {
        bits += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    private static bool IsFree(Cell cell) => cell.MembersLow == 0 && cell.MembersHigh == 0;

    private static bool IsIn(in Cell cell, int sequence, int from, int to) =>
        cell.Position >= from && cell.Position < to && Has(cell, sequence);

    private static bool Has(in Cell cell, int sequence) =>
        ((sequence < 128 ? cell.MembersLow : cell.MembersHigh) >> (sequence & 127) & 1) != 0;

    private void Join(ref Cell cell, int sequence)
    {
        Toggle(ref cell, sequence);
        _fingerprints[sequence] += Mix(cell.State ^ (uint)cell.Position);
        _lengths[sequence] = Math.Max(_lengths[sequence], cell.Position + 1);
    }

    private void Leave(int index, int sequence)
    {
        ref var cell = ref _cells[index];
        Toggle(ref cell, sequence);
        _fingerprints[sequence] -= Mix(cell.State ^ (uint)cell.Position);
        if (!IsFree(cell)) return;
        Used--;
        _lowestFree = Math.Min(_lowestFree, index);
    }

    private static void Toggle(ref Cell cell, int sequence)
    {
        if (sequence < 128) cell.MembersLow ^= UInt128.One << sequence;
        else cell.MembersHigh ^= UInt128.One << (sequence & 127);
    }
}
