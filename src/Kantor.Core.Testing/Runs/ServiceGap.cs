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
    public static double Worst(ReplicaRun run, IReadOnlyList<Job> jobs, double promptWeight = 1, double tokenWeight = 2)
    {
        var tenants = jobs.Max(job => job.Tenant) + 1;
        Pair[] pairs = [.. from one in Enumerable.Range(0, tenants) from other in Enumerable.Range(0, one) select new Pair(one, other)];
        var service = new double[tenants];
        while (!run.IsOver)
        {
            run.Arrive();
            foreach (var pair in pairs) pair.Note(service, run);
            run.Advance();
            service = Service(run, jobs, tenants, promptWeight, tokenWeight);
            foreach (var pair in pairs) pair.Note(service, run);
        }

        return pairs.Length == 0 ? 0 : pairs.Max(pair => pair.Worst);
    }

    private static double[] Service(ReplicaRun run, IReadOnlyList<Job> jobs, int tenants, double promptWeight, double tokenWeight)
    {
        var service = new double[tenants];
        foreach (var job in jobs)
        {
            var trace = run.Traces[job.Id];
            var prompt = trace.FirstStep is null ? 0 : promptWeight * job.Prompt.Count;
            service[job.Tenant] += prompt + (tokenWeight * trace.Generated);
        }

        return service;
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
