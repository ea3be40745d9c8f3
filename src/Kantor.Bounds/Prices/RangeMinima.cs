namespace Kantor.Bounds.Prices;

/// <summary>The cheapest bucket of any window, by a sparse table: n log n to build, constant to ask.</summary>
internal sealed class RangeMinima
{
    private readonly int[][] _levels;
    private double[] _prices = [];

    public RangeMinima(int count, int spanMax)
    {
        _levels = new int[System.Numerics.BitOperations.Log2((uint)spanMax) + 1][];
        for (var level = 0; level < _levels.Length; level++) _levels[level] = new int[count];
    }

    public void Build(double[] prices)
    {
        _prices = prices;
        for (var at = 0; at < prices.Length; at++) _levels[0][at] = at;
        for (var level = 1; level < _levels.Length; level++)
        {
            var (below, half) = (_levels[level - 1], 1 << (level - 1));
            for (var at = 0; at + (2 * half) <= prices.Length; at++) _levels[level][at] = Cheaper(below[at], below[at + half]);
        }
    }

    public int Cheapest(int from, int to)
    {
        var level = System.Numerics.BitOperations.Log2((uint)(to - from + 1));
        return Cheaper(_levels[level][from], _levels[level][to - (1 << level) + 1]);
    }

    private int Cheaper(int left, int right) => _prices[right] < _prices[left] ? right : left;
}
