using FsCheck;
using FsCheck.Fluent;
using Kantor.Simulation.Events;

namespace Kantor.Simulation.Tests.Events;

public class EventQueueTests
{
    [Fact]
    public void Events_of_one_microsecond_go_by_kind_and_then_by_target()
    {
        var queue = new EventQueue();
        queue.Schedule(5, EventKind.StepStart, 1);
        queue.Schedule(5, EventKind.Arrival, 3);
        queue.Schedule(5, EventKind.Arrival, 2);
        queue.Schedule(5, EventKind.StepEnd, 4);
        queue.Schedule(4, EventKind.StepStart, 5);
        Assert.Equal([5, 4, 2, 3, 1], Drain(queue).Select(taken => taken.Target));
    }

    [Fact]
    public void Samples_come_before_arrivals_and_do_not_press()
    {
        var queue = new EventQueue();
        Assert.Null(queue.NextUs);
        queue.Schedule(5, EventKind.Arrival, 1);
        queue.Schedule(5, EventKind.Sample, 2);
        queue.Schedule(9, EventKind.Sample, 3);
        Assert.Equal((5L, 3, 1), (queue.NextUs!.Value, queue.Count, queue.CountPressing));
        Assert.Equal([2, 1, 3], Drain(queue).Select(taken => taken.Target));
        Assert.Equal((0, 0), (queue.Count, queue.CountPressing));
    }

    [Fact]
    public void An_event_in_the_past_is_an_error_of_the_caller()
    {
        var queue = new EventQueue();
        queue.Schedule(10, EventKind.Arrival, 0);
        Assert.True(queue.TryNext(out _));
        queue.Schedule(10, EventKind.Arrival, 1);
        Assert.Throws<InvalidOperationException>(() => queue.Schedule(9, EventKind.Arrival, 2));
    }

    [Fact]
    public void INV_SIM_1_time_never_runs_backwards_whatever_is_scheduled()
    {
        var property = Prop.ForAll<ushort[]>(times =>
        {
            var queue = new EventQueue();
            for (var index = 0; index < times.Length; index++) queue.Schedule(times[index], (EventKind)(times[index] % 3), index);
            var taken = Drain(queue);
            return taken.Count == times.Length && taken.SequenceEqual(taken.OrderBy(item => item.TimeUs).ThenBy(item => item.Kind).ThenBy(item => item.Target));
        });
        property.Holds();
    }

    private static List<SimulationEvent> Drain(EventQueue queue)
    {
        var taken = new List<SimulationEvent>();
        while (queue.TryNext(out var next))
        {
            Assert.Equal(next.TimeUs, queue.NowUs);
            taken.Add(next);
        }

        return taken;
    }
}
