using System.Diagnostics;
using System.Globalization;
using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;

namespace Kantor.SimulatorBench;

/// <summary>What one way to simulate a case took: the best of its repetitions, by processor time.</summary>
internal sealed record Measurement(SimulationResult Result, long StepsLeapt, double WallS, double CpuS, long AllocatedBytes)
{
    public static Measurement Of(BenchCase benchCase, bool leaping, int repetitions) =>
        Enumerable.Range(0, repetitions).Select(_ => Once(benchCase, leaping)).MinBy(measured => measured.CpuS)!;

    /// <summary>Runs both ways in turn, so that a busy machine troubles both alike.</summary>
    public static (Measurement Leaping, Measurement Stepping) Pair(BenchCase benchCase, int repetitions)
    {
        var pairs = Enumerable.Range(0, repetitions).Select(_ => (Once(benchCase, leaping: true), Once(benchCase, leaping: false))).ToArray();
        return (pairs.MinBy(pair => pair.Item1.CpuS).Item1, pairs.MinBy(pair => pair.Item2.CpuS).Item2);
    }

    /// <summary>One line of the table.</summary>
    public string Line(string mode) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {mode,-14} {Result.Records.Count / CpuS,10:N0} requests/s of processor time  {Result.Records.Count / WallS,10:N0} /s of wall time  {Result.Steps / CpuS,12:N0} steps/s  {StepsLeapt * 100.0 / Result.Steps,3:0} % leapt  {CpuS,8:0.000} s  {AllocatedBytes / (double)Result.Records.Count,7:N0} B/request");

    private static Measurement Once(BenchCase benchCase, bool leaping)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var (cpu, wall, bytes) = (process.TotalProcessorTime, Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        var leaps = new LeapCounter();
        var result = Simulator.Run(benchCase.Trace, benchCase.Options with { Leaping = leaping }, leaps);
        var wallS = Stopwatch.GetElapsedTime(wall).TotalSeconds;
        process.Refresh();
        return new Measurement(result, leaps.StepsLeapt, wallS, (process.TotalProcessorTime - cpu).TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    private sealed class LeapCounter : SimulationObserver
    {
        public long StepsLeapt { get; private set; }

        public override void StepsRepeated(int replica, ReplicaScheduler scheduler, ReadOnlySpan<long> endsUs) => StepsLeapt += endsUs.Length - 1;
    }
}
