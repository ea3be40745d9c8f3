using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// What <see cref="NestedWaitPlanner"/> remembers beside the queue: how many survived each segment, and how the step under way is cut.
/// </summary>
internal sealed class NestedWaitState(NestedWaitOptions options) : OrderedState
{
    // Both begin with one in two, so that a share is there before anybody ended.
    private readonly long[] _reached = [.. Enumerable.Repeat(2L, NestedWaitOptions.SegmentsMax)];
    private readonly long[] _survived = [.. Enumerable.Repeat(1L, NestedWaitOptions.SegmentsMax)];
    private readonly int[] _entering = new int[NestedWaitOptions.SegmentsMax];
    private readonly int[] _limits = new int[NestedWaitOptions.SegmentsMax];
    private readonly int[] _passedOver = new int[NestedWaitOptions.SegmentsMax];

    /// <summary>Segments that run, from the first: k*; 0 when too few wait for the first, and then all run.</summary>
    public int Launched { get; private set; }

    /// <summary>Requests that may still start in the first segment in this step.</summary>
    public int StartsLeft { get; set; }

    /// <summary>Share of those that began the segment before that survived it.</summary>
    public double SurvivorsOf(int segment) => (double)_survived[segment - 1] / _reached[segment - 1];

    /// <summary>Cuts the step: how many wait at each boundary, how many of them may enter, how far the nesting reaches.</summary>
    public void Cut(in BatchView view, int fresh)
    {
        Array.Clear(_entering);
        _entering[0] = fresh;
        foreach (var row in view.Running)
        {
            if (options.IsAtBoundary(view.GeneratedTokens[row])) _entering[options.SegmentOf(view.GeneratedTokens[row])]++;
        }

        WriteLimits();
        Launched = 0;
        while (Launched < _limits.Length && _entering[Launched] >= Math.Max(1, _limits[Launched])) Launched++;
        StartsLeft = Launched > 0 || IsImpatient(0) ? options.Limit : 0;
    }

    /// <summary>Nobody is passed over in the step under way.</summary>
    public void LaunchAll() => Launched = 0;

    /// <summary>Whether a row that goes on in this segment is passed over; one that is not counts against the segment's limit.</summary>
    public bool PassesOver(int segment, bool isAtBoundary)
    {
        if (Launched == 0) return false;
        if (segment >= Launched && !IsImpatient(segment)) return true;
        return isAtBoundary && segment > 0 && _limits[segment]-- <= 0 && !IsImpatient(segment);
    }

    /// <summary>The step is planned: who was passed over once more.</summary>
    public void EndStep(bool hasStarted)
    {
        for (var segment = 0; segment < _passedOver.Length; segment++)
        {
            var ran = segment == 0 ? hasStarted || _entering[0] == 0 : Launched == 0 || segment < Launched || IsImpatient(segment);
            _passedOver[segment] = ran ? 0 : _passedOver[segment] + 1;
        }
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        base.Ended(request, slot, end);
        if (!end.IsCompleted) return;
        var last = options.SegmentOf(end.GeneratedTokens - 1);
        for (var segment = 0; segment <= last; segment++) _reached[segment]++;
        for (var segment = 0; segment < last; segment++) _survived[segment]++;
    }

    private bool IsImpatient(int segment) => _passedOver[segment] >= options.PatienceSteps;

    /// <summary>A fractional limit is kept in the mean: floor and ceiling in turn.</summary>
    private void WriteLimits()
    {
        var limit = (double)options.Limit;
        for (var segment = 0; segment < _limits.Length; segment++)
        {
            if (segment > 0) limit *= Math.Min(0.99, SurvivorsOf(segment) + options.Margin);
            _limits[segment] = (int)(Math.Floor((Step + 1) * limit) - Math.Floor(Step * limit));
        }
    }
}
