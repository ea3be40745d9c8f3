namespace Kantor.Core.Prices;

/// <summary>
/// Scarcity prices of a fleet: the dual of the fluid program of <see cref="FluidDemand"/>,
/// min over μ, λ ≥ 0 of Σ_g N_g (μ_g + λ_g) + Σ_c Λ_c max(0, max_g (r_c − W_cg μ_g − V_cg λ_g)), found by projected subgradient steps of
/// Polyak's length from the prices in force. λ_g is of a whole pool for a millisecond. Every iterate proves a bound (weak duality).
/// </summary>
/// <remarks>
/// No price exceeds what the dearest class would pay, for at that price nobody buys. What is slack costs nothing: at last each price that
/// can be 0 without a worse bound is. The prices in force go a share of the way to what was found (damping), so that they do not jump.
/// O(steps × classes × replicas) a solve; allocates nothing. Owner: one policy state or host.
/// </remarks>
public sealed class FluidDuals
{
    private const int StepsPerSolve = 160;

    // The steps aim so far below the best known: the dual is flat near its optimum, and a target that is too low makes steps too long.
    private const double FirstAim = 0.1;

    private readonly double _damping;
    private readonly double[] _inForce;
    private readonly double[] _now;
    private readonly double[] _best;
    private readonly double[] _most;
    private readonly double[] _left;

    /// <summary>All prices 0.</summary>
    /// <param name="kinds">Kinds of replicas, 1 to 4,096.</param>
    /// <param name="damping">Share of the way to a new optimum that prices go in a solve, above 0 and at most 1.</param>
    public FluidDuals(int kinds, double damping = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kinds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kinds, 4_096);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(damping);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(damping, 1);
        (Kinds, _damping) = (kinds, damping);
        (_inForce, _now, _best) = (new double[2 * kinds], new double[2 * kinds], new double[2 * kinds]);
        (_most, _left) = (new double[2 * kinds], new double[2 * kinds]);
    }

    /// <summary>Kinds of replicas.</summary>
    public int Kinds { get; }

    /// <summary>The least dual value of the last solve: no policy earns more per millisecond in the fluid. 0 before the first.</summary>
    public double BoundPerMs { get; private set; }

    /// <summary>Value of a millisecond of the replica's machine.</summary>
    public double MachinePerMs(int kind) => _inForce[kind];

    /// <summary>Value of the replica's whole pool for a millisecond.</summary>
    public double PoolPerMs(int kind) => _inForce[Kinds + kind];

    /// <summary>
    /// Finds prices for what is asked now and goes towards them. False, with nothing changed, when the demand holds what is no amount.
    /// </summary>
    public bool TrySolve(FluidDemand demand)
    {
        ArgumentNullException.ThrowIfNull(demand);
        if (demand.Kinds != Kinds || !demand.IsSound) return false;
        WriteMost(demand);
        _inForce.CopyTo(_now, 0);
        Descend(demand);
        Slacken(demand);
        for (var at = 0; at < _inForce.Length; at++) _inForce[at] += _damping * (_best[at] - _inForce[at]);
        return true;
    }

    /// <summary>The bound that any prices of these lengths prove: machines first, then pools.</summary>
    public double ValueOf(FluidDemand demand, ReadOnlySpan<double> prices)
    {
        ArgumentNullException.ThrowIfNull(demand);
        var sum = OfCapacity(demand, prices);
        for (var ofClass = 0; ofClass < demand.Classes; ofClass++)
        {
            sum += demand.PerMs[ofClass] * Math.Max(0, BestRent(demand, ofClass, prices, out _));
        }

        return sum;
    }

    private void WriteMost(FluidDemand demand)
    {
        Array.Clear(_most);
        for (var ofClass = 0; ofClass < demand.Classes; ofClass++)
        {
            var machine = demand.MachineMs(ofClass);
            var kv = demand.KvShareMs(ofClass);
            var value = demand.Values[ofClass];
            for (var kind = 0; kind < Kinds; kind++)
            {
                _most[kind] = Math.Max(_most[kind], value / machine[kind]);
                if (kv[kind] > 0) _most[Kinds + kind] = Math.Max(_most[Kinds + kind], value / kv[kind]);
            }
        }
    }

    private void Descend(FluidDemand demand)
    {
        BoundPerMs = double.PositiveInfinity;
        var aim = FirstAim;
        for (var step = 0; step < StepsPerSolve; step++)
        {
            var value = WriteLeft(demand);
            if (value < BoundPerMs) (BoundPerMs, aim) = (value, aim * 1.05);
            else aim *= 0.97;
            if (value <= BoundPerMs) _now.CopyTo(_best, 0);
            var square = 0.0;
            foreach (var left in _left) square += left * left;
            if (square < 1e-18) return;
            var length = (value - ((1 - aim) * BoundPerMs)) / square;
            for (var at = 0; at < _now.Length; at++) _now[at] = Math.Clamp(_now[at] - (length * _left[at]), 0, _most[at]);
        }
    }

    /// <summary>What is left of each resource at the prices of now, a subgradient; returns the dual value.</summary>
    private double WriteLeft(FluidDemand demand)
    {
        demand.Machines.CopyTo(_left, 0);
        demand.Machines.CopyTo(_left, Kinds);
        var sum = OfCapacity(demand, _now);
        for (var ofClass = 0; ofClass < demand.Classes; ofClass++)
        {
            var rent = BestRent(demand, ofClass, _now, out var kind);
            if (rent <= 0) continue;
            sum += demand.PerMs[ofClass] * rent;
            _left[kind] -= demand.PerMs[ofClass] * demand.MachineMs(ofClass)[kind];
            _left[Kinds + kind] -= demand.PerMs[ofClass] * demand.KvShareMs(ofClass)[kind];
        }

        return sum;
    }

    private double OfCapacity(FluidDemand demand, ReadOnlySpan<double> prices)
    {
        var sum = 0.0;
        for (var kind = 0; kind < Kinds; kind++) sum += demand.Machines[kind] * (prices[kind] + prices[Kinds + kind]);
        return sum;
    }

    private double BestRent(FluidDemand demand, int ofClass, ReadOnlySpan<double> prices, out int best)
    {
        var machine = demand.MachineMs(ofClass);
        var kv = demand.KvShareMs(ofClass);
        var least = double.PositiveInfinity;
        best = 0;
        for (var kind = 0; kind < Kinds; kind++)
        {
            var cost = (machine[kind] * prices[kind]) + (kv[kind] * prices[Kinds + kind]);
            if (cost < least) (least, best) = (cost, kind);
        }

        return demand.Values[ofClass] - least;
    }

    /// <summary>Each price that can be 0 without a worse bound is 0.</summary>
    private void Slacken(FluidDemand demand)
    {
        for (var at = 0; at < _best.Length; at++)
        {
            if (_best[at] == 0) continue;
            var before = _best[at];
            _best[at] = 0;
            var value = ValueOf(demand, _best);
            if (value <= BoundPerMs) BoundPerMs = value;
            else _best[at] = before;
        }
    }
}
