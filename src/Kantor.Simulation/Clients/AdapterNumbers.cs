namespace Kantor.Simulation.Clients;

/// <summary>Numbers of adapters by name, from 1 in order of first use; 0 is the base model.</summary>
internal sealed class AdapterNumbers
{
    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>The number of an adapter; null is the base model.</summary>
    public int Of(string? adapter)
    {
        if (adapter is null) return 0;
        if (!_numbers.TryGetValue(adapter, out var number)) _numbers.Add(adapter, number = _numbers.Count + 1);
        return number;
    }
}
