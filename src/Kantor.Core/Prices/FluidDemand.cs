namespace Kantor.Core.Prices;

/// <summary>
/// What a fluid of classes asks of replicas, those that are alike together as one kind g of N_g machines: the data of the program
/// max Σ r_c x_cg with Σ_c x_cg W_cg ≤ N_g, Σ_c x_cg V_cg ≤ N_g and Σ_g x_cg ≤ Λ_c, V as shares of a pool (research notes, theory 9.3;
/// prices 2). Rates are per millisecond.
/// </summary>
/// <remarks>Owner: whoever measures; its columns may be changed between solves.</remarks>
public sealed class FluidDemand
{
    private readonly double[] _machineMs;
    private readonly double[] _kvShareMs;

    /// <summary>A demand of nothing.</summary>
    /// <param name="classes">Classes, 1 to 1,024.</param>
    /// <param name="kinds">Kinds of replicas, 1 to 4,096.</param>
    public FluidDemand(int classes, int kinds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 1_024);
        ArgumentOutOfRangeException.ThrowIfLessThan(kinds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kinds, 4_096);
        (Classes, Kinds) = (classes, kinds);
        Machines = new double[kinds];
        Array.Fill(Machines, 1);
        (Values, PerMs) = (new double[classes], new double[classes]);
        (_machineMs, _kvShareMs) = (new double[classes * kinds], new double[classes * kinds]);
    }

    /// <summary>Classes.</summary>
    public int Classes { get; }

    /// <summary>Kinds of replicas.</summary>
    public int Kinds { get; }

    /// <summary>Replicas of each kind, at least 0; 1 unless it is set.</summary>
    public double[] Machines { get; }

    /// <summary>Value of a request by class, at least 0.</summary>
    public double[] Values { get; }

    /// <summary>Requests per millisecond by class, at least 0.</summary>
    public double[] PerMs { get; }

    /// <summary>
    /// A request of the class takes so much of the replica: milliseconds of its machine, and KV token-milliseconds as a share of its pool.
    /// </summary>
    public void Set(int ofClass, int kind, double machineMs, double kvShareMs)
    {
        _machineMs[(ofClass * Kinds) + kind] = machineMs;
        _kvShareMs[(ofClass * Kinds) + kind] = kvShareMs;
    }

    /// <summary>Milliseconds of the machines that a request of the class takes, by kind.</summary>
    public ReadOnlySpan<double> MachineMs(int ofClass) => _machineMs.AsSpan(ofClass * Kinds, Kinds);

    /// <summary>Pool-milliseconds that a request of the class takes, by kind.</summary>
    public ReadOnlySpan<double> KvShareMs(int ofClass) => _kvShareMs.AsSpan(ofClass * Kinds, Kinds);

    /// <summary>Whether all numbers are finite and at least 0, and each request takes something of every machine.</summary>
    public bool IsSound
    {
        get
        {
            if (!AreAmounts(Values) || !AreAmounts(PerMs) || !AreAmounts(Machines)) return false;
            return AreAmounts(_machineMs) && AreAmounts(_kvShareMs) && _machineMs.AsSpan().IndexOf(0) < 0;
        }
    }

    private static bool AreAmounts(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!(value >= 0) || !double.IsFinite(value)) return false;
        }

        return true;
    }
}
