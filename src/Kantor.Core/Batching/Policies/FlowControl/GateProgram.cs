namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// The steady state of <see cref="GateModel"/> that earns most: requests of each class by microsecond, at most those that come, such that
/// prompts and places each take no more than all of the time. A linear program of two constraints, solved exactly without a simplex.
/// </summary>
/// <remarks>
/// Weighing the two constraints into one leaves a fractional knapsack, filled by revenue per weighed time; its value is never below the
/// program's, and at the best weights they are equal. These are found by halving: more weight on prompts as long as their time is exceeded.
/// At the limit two fillings have the same weighed time, one exceeding each constraint; the mixture that exceeds neither is the optimum.
/// </remarks>
internal sealed class GateProgram
{
    // Weights are then as close as numbers are.
    private const int Halvings = 60;

    private int[] _order = new int[8];
    private double[] _keys = new double[8];
    private double[] _few = new double[8];
    private double[] _many = new double[8];

    /// <summary>A class: requests by microsecond that come, and of one the revenue and both times in microseconds, above 0.</summary>
    public readonly record struct Flow(double Rate, double Revenue, double PromptUs, double PlacesUs);

    /// <summary>Requests of each class to be served, by microsecond.</summary>
    public void Solve(ReadOnlySpan<Flow> flows, Span<double> served)
    {
        if (_order.Length < flows.Length) Grow(flows.Length);
        if (Fill(flows, 0, served).Prompts <= 1 || Fill(flows, 1, served).Places <= 1) return;
        var (low, high) = (0.0, 1.0);
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Fill(flows, middle, served).Prompts > 1) low = middle;
            else high = middle;
        }

        Mix(flows, Fill(flows, low, _many).Prompts, Fill(flows, high, _few).Prompts, served);
    }

    /// <summary>Of each class the mixture of both fillings in which prompts take all of the time.</summary>
    private void Mix(ReadOnlySpan<Flow> flows, double promptsMany, double promptsFew, Span<double> served)
    {
        var share = (1 - promptsFew) / (promptsMany - promptsFew);
        for (var index = 0; index < flows.Length; index++) served[index] = _few[index] + (share * (_many[index] - _few[index]));
    }

    /// <summary>Fills by revenue per weighed time until that is used up; the time that prompts and places take then.</summary>
    private (double Prompts, double Places) Fill(ReadOnlySpan<Flow> flows, double promptWeight, Span<double> served)
    {
        var order = _order.AsSpan(0, flows.Length);
        var keys = _keys.AsSpan(0, flows.Length);
        for (var index = 0; index < flows.Length; index++)
        {
            (order[index], keys[index]) = (index, -flows[index].Revenue / Weighed(flows[index], promptWeight));
        }

        keys.Sort(order);
        var (left, prompts, places) = (1.0, 0.0, 0.0);
        foreach (var index in order)
        {
            ref readonly var flow = ref flows[index];
            served[index] = flow.Revenue > 0 ? Math.Min(flow.Rate, left / Weighed(flow, promptWeight)) : 0;
            left = Math.Max(0, left - (served[index] * Weighed(flow, promptWeight)));
            prompts += served[index] * flow.PromptUs;
            places += served[index] * flow.PlacesUs;
        }

        return (prompts, places);
    }

    private static double Weighed(in Flow flow, double promptWeight) =>
        (promptWeight * flow.PromptUs) + ((1 - promptWeight) * flow.PlacesUs);

    private void Grow(int count)
    {
        var size = Math.Max(count, 2 * _order.Length);
        (_order, _keys, _few, _many) = (new int[size], new double[size], new double[size], new double[size]);
    }
}
