using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Batching.Policies.Fair;

/// <summary>What tenants are given over a run: a prompt token counts 1 when the request is admitted, a generated token 2.</summary>
internal static class Service
{
    /// <summary>
    /// The largest difference of service of two tenants over any interval in which both have somebody waiting after each step; cached prompt
    /// tokens count, or not.
    /// </summary>
    public static double WorstGap(ReplicaRun run, IReadOnlyList<Job> jobs, bool countsCached = true)
    {
        var tenants = jobs.Max(job => job.Tenant) + 1;
        var (worst, service, started) = (0.0, new double[tenants], new HashSet<long>());
        var pairs = (from one in Enumerable.Range(0, tenants) from other in Enumerable.Range(0, one) select new Pair(one, other)).ToArray();
        while (!run.IsOver)
        {
            run.Arrive();
            foreach (var pair in pairs) pair.Note(service, Waits(run, pair.One), Waits(run, pair.Other));
            var jobOf = Rows(run);
            foreach (var slice in run.Advance())
            {
                var job = jobOf[slice.Row];
                if (started.Add(job.Id)) service[job.Tenant] += job.Prompt.Count - (countsCached ? 0 : slice.FromToken);
                if (slice.Generates) service[job.Tenant] += 2;
            }

            foreach (var pair in pairs)
            {
                pair.Note(service, Waits(run, pair.One), Waits(run, pair.Other));
                worst = Math.Max(worst, pair.Worst);
            }
        }

        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
        return worst;
    }

    /// <summary>Share of the prompts' tokens that was found in the cache.</summary>
    public static double HitRate(ReplicaRun run, IReadOnlyList<Job> jobs)
    {
        var (hits, started) = (0L, new HashSet<long>());
        while (!run.IsOver)
        {
            run.Arrive();
            var jobOf = Rows(run);
            foreach (var slice in run.Advance())
            {
                if (started.Add(jobOf[slice.Row].Id)) hits += slice.FromToken;
            }
        }

        return (double)hits / jobs.Sum(job => job.Prompt.Count);
    }

    /// <summary>Before the step, because whoever ends in it is gone after it.</summary>
    private static Dictionary<int, Job> Rows(ReplicaRun run)
    {
        var rows = new Dictionary<int, Job>();
        var view = run.Scheduler.View(0);
        foreach (var row in view.Running) rows[row] = run.JobOf(row);
        foreach (var row in view.Waiting) rows[row] = run.JobOf(row);
        return rows;
    }

    private static bool Waits(ReplicaRun run, int tenant)
    {
        var view = run.Scheduler.View(0);
        foreach (var row in view.Waiting)
        {
            if (view.Tenants[row] == tenant) return true;
        }

        return false;
    }

    /// <summary>How far two tenants are apart since both began to wait.</summary>
    private sealed class Pair(int one, int other)
    {
        private double? _least;
        private double _most;

        public int One => one;

        public int Other => other;

        public double Worst { get; private set; }

        public void Note(double[] service, bool oneWaits, bool otherWaits)
        {
            if (!oneWaits || !otherWaits)
            {
                _least = null;
                return;
            }

            var lead = service[one] - service[other];
            (_least, _most) = _least is { } least ? (Math.Min(least, lead), Math.Max(_most, lead)) : (lead, lead);
            Worst = Math.Max(Worst, _most - _least.Value);
        }
    }
}
