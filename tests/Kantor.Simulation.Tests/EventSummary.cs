using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Simulation.Tests;

/// <summary>
/// What the policies of a replica hear, without what a leap sums up: so it is the same whether steps are leapt over or not. Fails when time goes
/// back.
/// </summary>
internal sealed class EventSummary(int replica, List<string> lines) : PolicyState
{
    private readonly Dictionary<RequestId, int> _generated = [];
    private long _steps;

    public override void TimeIs(long nowUs)
    {
        Assert.True(nowUs >= NowUs, $"time of replica {replica} goes back from {NowUs} to {nowUs}");
        base.TimeIs(nowUs);
    }

    public override void Arrived(RequestFacts request, int slot) => Note($"arrived {request.Id} {slot}");

    public override void Generated(RequestId request, int slot, int tokens) => _generated[request] = _generated.GetValueOrDefault(request) + tokens;

    public override void Repeated(int steps) => _steps += steps;

    public override void Stepped(in StepLoad load, long us)
    {
        Assert.True(us > 0);
        _steps++;
    }

    public override void Preempted(RequestId request, int slot) => Note($"preempted {request} {slot}");

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        _generated.Remove(request.Id, out var generated);
        Note($"ended {request.Id} {slot} {end} {generated}");
    }

    private void Note(string what) => lines.Add($"{replica} {NowUs} {_steps} {what}");
}
