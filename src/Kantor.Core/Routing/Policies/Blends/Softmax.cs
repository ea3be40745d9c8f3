namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>A draw that takes lower costs more often.</summary>
internal static class Softmax
{
    /// <summary>
    /// The place with the least cost at a temperature of 0, the lowest among equals; above, place i with a probability in proportion to
    /// exp(−cost ÷ (temperature · (highest − lowest cost))). The costs are used up.
    /// </summary>
    /// <param name="costs">Costs by place; at least one.</param>
    /// <param name="temperature">At least 0.</param>
    /// <param name="share">Uniform in [0, 1).</param>
    public static int Least(Span<double> costs, double temperature, double share)
    {
        var (least, most) = (0, 0);
        for (var place = 1; place < costs.Length; place++)
        {
            if (costs[place] < costs[least]) least = place;
            if (costs[place] > costs[most]) most = place;
        }

        var (lowest, range) = (costs[least], costs[most] - costs[least]);
        if (temperature == 0) return least;
        if (range == 0) return (int)(share * costs.Length);
        var sum = 0.0;
        foreach (ref var cost in costs)
        {
            cost = Math.Exp((lowest - cost) / (range * temperature));
            sum += cost;
        }

        share *= sum;
        for (var place = 0; place < costs.Length - 1; place++)
        {
            share -= costs[place];
            if (share < 0) return place;
        }

        return costs.Length - 1;
    }
}
