using System.Runtime.InteropServices;
using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp;

/// <summary>The native arrays of one batch, allocated once for the largest step and refilled for each.</summary>
internal sealed unsafe class NativeBatch : SafeHandle
{
    private readonly int _rowsMax;
    private readonly int[] _outputOfRow;
    private LlamaBatch _batch;
    private int* _sequenceOfRow;

    public NativeBatch(int rowsMax)
        : base(0, ownsHandle: true)
    {
        _rowsMax = rowsMax;
        _outputOfRow = new int[rowsMax];
        int rowBytes = (4 * sizeof(int)) + sizeof(int*) + sizeof(sbyte);
        SetHandle((nint)NativeMemory.Alloc((nuint)rowsMax, (nuint)rowBytes));
        LayOut((byte*)handle);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Rows of the last fill.</summary>
    public int Rows => _batch.Rows;

    /// <summary>Copies <paramref name="step"/> and returns the native view of it, valid until the next fill.</summary>
    public LlamaBatch Fill(StepBatch step)
    {
        _batch.Rows = step.Count;
        step.Tokens.CopyTo(new Span<int>(_batch.Tokens, _rowsMax));
        step.Positions.CopyTo(new Span<int>(_batch.Positions, _rowsMax));
        step.Sequences.CopyTo(new Span<int>(_sequenceOfRow, _rowsMax));
        MemoryMarshal.Cast<bool, sbyte>(step.WantsLogits).CopyTo(new Span<sbyte>(_batch.Outputs, _rowsMax));
        CountOutputs();
        return _batch;
    }

    /// <summary>Fills with one text in sequence 0, every row an output, and returns the native view.</summary>
    public LlamaBatch Fill(ReadOnlySpan<int> tokens)
    {
        _batch.Rows = tokens.Length;
        for (int i = 0; i < tokens.Length; i++)
        {
            _batch.Tokens[i] = tokens[i];
            _batch.Positions[i] = i;
            _sequenceOfRow[i] = 0;
            _batch.Outputs[i] = 1;
        }

        CountOutputs();
        return _batch;
    }

    /// <summary>
    /// How many rows before <paramref name="row"/> are outputs of the last fill, if it is one itself; null when it is none.
    /// </summary>
    public int? OutputOf(int row) => row >= 0 && row < _batch.Rows && _batch.Outputs[row] != 0 ? _outputOfRow[row] : null;

    /// <summary>Sequence and position of <paramref name="row"/> of the last fill.</summary>
    public (int Sequence, int Position) Row(int row) => (_sequenceOfRow[row], _batch.Positions[row]);

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }

    private void CountOutputs()
    {
        int outputs = 0;
        for (int i = 0; i < _batch.Rows; i++)
        {
            _outputOfRow[i] = outputs;
            outputs += _batch.Outputs[i];
        }
    }

    // Pointers first, so that every array is aligned.
    private void LayOut(byte* memory)
    {
        _batch.SequenceIds = (int**)memory;
        _batch.Tokens = (int*)(_batch.SequenceIds + _rowsMax);
        _batch.Positions = _batch.Tokens + _rowsMax;
        _batch.SequenceCounts = _batch.Positions + _rowsMax;
        _sequenceOfRow = _batch.SequenceCounts + _rowsMax;
        _batch.Outputs = (sbyte*)(_sequenceOfRow + _rowsMax);
        for (int i = 0; i < _rowsMax; i++)
        {
            _batch.SequenceCounts[i] = 1;
            _batch.SequenceIds[i] = _sequenceOfRow + i;
        }
    }
}
