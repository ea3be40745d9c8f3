namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>What <see cref="GatePlanner"/> remembers beside the queues of the classes: their gates, and when they are set anew.</summary>
internal sealed class GateState : WaitState
{
    private Gate[] _gates = new Gate[4];
    private GateProgram.Flow[] _flows = new GateProgram.Flow[4];
    private double[] _served = new double[4];

    internal struct Gate
    {
        /// <summary>Prompt tokens that may start in a step, in the mean; 0 for none, null for any.</summary>
        public double? TokensPerStep;

        /// <summary>The step from which the gate is open, with fractions.</summary>
        public double OpenFrom;

        /// <summary>Requests of the class that started.</summary>
        public long Starts;

        /// <summary>Prompt tokens that were to be computed for them: those that were not cached.</summary>
        public double StartedTokens;
    }

    public GateProgram Program { get; } = new();

    /// <summary>The step in which the gates are set anew.</summary>
    public long SolveStep { get; set; }

    /// <summary>Classes for which they were set.</summary>
    public int SolvedClasses { get; set; }

    public Span<Gate> Gates => _gates.AsSpan(0, Classes.Length);

    public Span<GateProgram.Flow> Flows => _flows.AsSpan(0, Classes.Length);

    public Span<double> Served => _served.AsSpan(0, Classes.Length);

    /// <summary>There is a gate for every class.</summary>
    public void HoldClasses()
    {
        if (_gates.Length >= Classes.Length) return;
        var size = Math.Max(Classes.Length, 2 * _gates.Length);
        Array.Resize(ref _gates, size);
        (_flows, _served) = (new GateProgram.Flow[size], new double[size]);
    }
}
