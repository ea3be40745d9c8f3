namespace Kantor.Core.Testing.Runs;

/// <summary>
/// How fair a run is to tenants, as arXiv 2401.00588 counts it (section 4): service of a tenant is so much for each prompt token, on
/// admission, and so much for each generated token; of two tenants that both wait all the time, the difference of service over an interval.
/// </summary>
public static class ServiceGap
{
    /// <summary>
    /// Runs to the end; the largest difference of service of two tenants over any interval in which both have somebody waiting before and
    /// after each step.
    /// </summary>
    /// <param name="run">A run that has not begun.</param>
    /// <param name="jobs">Its requests; tenants are numbered from 0.</param>
    /// <param name="promptWeight">Service of a prompt token.</param>
    /// <param name="tokenWeight">Service of a generated token.</param>
    /// <param name="countsCached">Whether prompt tokens count that were found cached.</param>
    public static double Worst(
        ReplicaRun run, IReadOnlyList<Job> jobs, double promptWeight = 1, double tokenWeight = 2, bool countsCached = true)
    {
        var tenants = jobs.Max(job => job.Tenant) + 1;
        Pair[] pairs = [.. from one in Enumerable.Range(0, tenants) from other in Enumerable.Range(0, one) select new Pair(one, other)];
        var (service, started, weights) = (new double[tenants], new HashSet<long>(), new Weights(promptWeight, tokenWeight, countsCached));
        while (!run.IsOver)
        {
            run.Arrive();
            foreach (var pair in pairs) pair.Note(service, run);
            Step(run, weights, service, started);
            foreach (var pair in pairs) pair.Note(service, run);
        }

        return pairs.Length == 0 ? 0 : pairs.Max(pair => pair.Worst);
    }

    private static void Step(ReplicaRun run, Weights weights, double[] service, HashSet<long> started)
    {
        var jobOf = JobsByRow(run);
        foreach (var slice in run.Advance())
        {
            var job = jobOf[slice.Row];
            var cached = weights.CountsCached ? 0 : slice.FromToken;
            if (started.Add(job.Id)) service[job.Tenant] += weights.Prompt * (job.Prompt.Count - cached);
            if (slice.Generates) service[job.Tenant] += weights.Token;
        }
    }

    /// <summary>Who has which row now; taken before a step, because whoever ends in it is gone after it.</summary>
    public static IReadOnlyDictionary<int, Job> JobsByRow(ReplicaRun run)
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

    private readonly record struct Weights(double Prompt, double Token, bool CountsCached);

    /// <summary>How far two tenants are apart since both began to wait.</summary>
    private sealed class Pair(int one, int other)
    {
        private double? _least;
        private double _most;

        public double Worst { get; private set; }

        public void Note(double[] service, ReplicaRun run)
        {
            if (!Waits(run, one) || !Waits(run, other))
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
