using System.Diagnostics;
using System.Globalization;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.MicroBench;

/// <summary>
/// What a plan takes with 10,000 queued and 512 running, for every planner of the catalogue: percentiles over the plans of a run in which
/// whoever ends comes again. All first tokens are due so late that none is hopeless, which is the most that planners with deadlines have to
/// look at.
/// </summary>
internal static class DecisionTable
{
    private const int Queued = 10_000;
    private const int Running = 512;
    private const int Steps = 3_000;
    private const int WarmSteps = 1_500;

    /// <summary>Prints a row for each planner, or for those that are named.</summary>
    public static void Write(TextWriter writer, IReadOnlyCollection<string> names)
    {
        writer.WriteLine($"{"planner",-22}{"p50 µs",9}{"p90 µs",9}{"p99 µs",9}{"largest",9}{"bytes",8}{"running",9}");
        foreach (var entry in PolicyCatalogue.BuiltIn.Planners.Entries.Where(entry => names.Count == 0 || names.Contains(entry.Name)))
        {
            var run = new Run(entry.Make(PolicySpec.Of(entry.Name)));
            run.Advance(WarmSteps);
            var (times, bytes) = run.Advance(Steps);
            Array.Sort(times);
            string At(double share) => times[(int)(share * (times.Length - 1))].ToString("0.0", CultureInfo.InvariantCulture);
            writer.WriteLine($"{entry.Name,-22}{At(0.5),9}{At(0.9),9}{At(0.99),9}{At(1),9}{bytes / Steps,8}{run.RunningCount,9}");
        }
    }

    /// <summary>One replica that is always full.</summary>
    private sealed class Run
    {
        private readonly ReplicaScheduler _scheduler;
        private readonly Watched _planner;
        private readonly LinearStepTime _stepTime = new(5_000, 20, 30, 0);
        private long _nowUs;
        private int _nextId;

        public Run(IBatchPlanner planner)
        {
            _planner = new Watched(planner);
            _scheduler = new ReplicaScheduler(new ReplicaOptions
            {
                Planner = _planner,
                Limits = new BatchLimits { StepTokensMax = 2048, RunningMax = Running },
                Kv = new KvLedgerOptions { BlocksTotal = 40_000, BlockSizeTokens = 16 },
                Predictor = new ClassQuantilePredictor(),
                StepTime = _stepTime,
                Classes = Objective.Goodput(new SloSpec { TtftUsMax = 2_000_000_000, GapUsMax = 200_000 }).Classes,
            });
        }

        public int RunningCount => _scheduler.RunningCount;

        public (double[] Us, long Bytes) Advance(int steps)
        {
            _planner.Reset();
            for (var step = 0; step < steps; step++) Step();
            return ([.. _planner.Us], _planner.Bytes);
        }

        private void Step()
        {
            while (_scheduler.WaitingCount < Queued) Enqueue();
            _scheduler.PlanStep(_nowUs);
            _scheduler.CompleteStep();
            _nowUs += (long)Math.Max(1_000, _stepTime.StepUs(StepSlice.LoadOf(_scheduler.Slices)));
            foreach (var slice in _scheduler.Slices)
            {
                if (slice.Generates) Generate(slice.Row);
            }
        }

        private void Generate(int row)
        {
            _scheduler.Generate(row, null);
            if (_scheduler.GeneratedTokens(row) == _scheduler.Spec(row).Facts.OutputTokensMax) _scheduler.End(row, RequestOutcome.LengthReached);
        }

        private void Enqueue()
        {
            var content = TokenContent.Opaque(100 + (37 * _nextId % 800));
            var facts = new RequestFacts
            {
                Id = new RequestId(_nextId),
                PromptTokens = content.Count,
                OutputTokensMax = 20 + (61 * _nextId % 400),
                ArrivalUs = _nowUs,
                Tenant = new TenantId(_nextId % 7),
            };
            _nextId++;
            if (!_scheduler.TryEnqueue(new RequestSpec(facts, content), out _, out _)) throw new InvalidOperationException("A request was refused.");
        }
    }

    /// <summary>A planner that notes what its plans take.</summary>
    private sealed class Watched(IBatchPlanner planner) : DelegatingPlanner(planner)
    {
        public List<double> Us { get; } = new(Steps);

        public long Bytes { get; private set; }

        public void Reset()
        {
            Us.Clear();
            Bytes = 0;
        }

        public override void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            base.Plan(view, state, plan);
            Us.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            Bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
        }
    }
}
