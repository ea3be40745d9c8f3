using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Metrics;

public class FleetTimelineTests
{
    [Fact]
    public void A_queue_and_a_batch_worked_out_by_hand_are_sampled_every_millisecond()
    {
        // Steps of 2 ms whatever they hold, one place: each request of one token takes one step. Three at 0, so 2, 1, 0 wait.
        var options = Small() with { StepTime = new Core.StepTime.LinearStepTime(2000, 0, 0, 0), Limits = new() { StepTokensMax = 10, RunningMax = 1 } };
        var timeline = RunVerified([Request(0, 8, 1), Request(0, 8, 1), Request(0, 8, 1)], options).Timeline;
        // Samples of 0 to 6 ms, each before the events of its moment: waiting 0, 2, 2, 1, 1, 0, 0.
        var bucket = Assert.Single(timeline.Buckets);
        Assert.Equal((8000L, 7, 2, 6 / 7.0, 6 / 7.0), (timeline.BucketUs, bucket.Samples, bucket.WaitingMax, bucket.WaitingMean, bucket.RunningMean));
        // 2 of 100 blocks in each sample but the first.
        Assert.Equal(0.02, bucket.KvShareMax);
        Assert.Equal(0.02 * 6 / 7, bucket.KvShareMean, 9);
    }

    [Fact]
    public void A_longer_run_has_wider_buckets_and_never_more_of_them()
    {
        foreach (var requests in (int[])[50, 500, 5000])
        {
            TraceRequest[] trace = [.. Enumerable.Range(0, requests).Select(index => Request(index * 100_000L, 4, 2))];
            var result = Simulator.Run(trace, Small());
            var buckets = result.Timeline.Buckets;
            Assert.InRange(buckets.Count, FleetTimeline.BucketsMax / 2, FleetTimeline.BucketsMax);
            Assert.InRange(result.MakespanUs, (buckets.Count - 1) * result.Timeline.BucketUs, buckets.Count * result.Timeline.BucketUs);
            Assert.All(buckets.Take(buckets.Count - 1), bucket => Assert.True(bucket.Samples >= 8));
            var sampledUs = result.Timeline.BucketUs / 8;
            Assert.InRange(buckets.Sum(bucket => (long)bucket.Samples), result.MakespanUs / sampledUs, long.MaxValue);
        }
    }

    [Fact]
    public void Merged_buckets_show_what_all_their_samples_in_one_would()
    {
        (int Waiting, int Running, double Share, double Fullest)[] samples = [(3, 1, 0.25, 0.5), (0, 2, 0.5, 1.0), (7, 4, 0.125, 0.25)];
        for (var first = 0; first < samples.Length; first++)
        {
            // In turn, so that each maximum lies once in the earlier and once in the later bucket.
            var (left, right, whole) = (new FleetBucket(), new FleetBucket(), new FleetBucket());
            for (var index = 0; index < samples.Length; index++)
            {
                var sample = samples[(first + index) % samples.Length];
                Add(ref whole, sample);
                if (index == 0) Add(ref left, sample);
                else Add(ref right, sample);
            }

            Assert.Equal((whole, whole), (left.With(right), right.With(left)));
        }

        static void Add(ref FleetBucket bucket, (int Waiting, int Running, double Share, double Fullest) sample) =>
            bucket.Add(sample.Waiting, sample.Running, sample.Share, sample.Fullest);
    }

    [Fact]
    public void The_mean_batch_is_the_time_that_requests_spend_running_per_second()
    {
        // Little's law on the samples: 5 % is their own error here.
        var spec = WorkloadSpec.Chat(800, 1);
        var result = Simulator.Run(WorkloadGenerator.Draw(spec, 1), Yi34B(new Core.Batching.Policies.Arrival.FcfsPlanner(), 2048));
        var spentUs = result.Records.Sum(record => record.LastTokenUs!.Value - record.ScheduledUs!.Value);
        var buckets = result.Timeline.Buckets;
        var mean = buckets.Sum(bucket => bucket.RunningMean * result.Timeline.BucketUs) / result.MakespanUs;
        Assert.InRange(mean / (spentUs / (double)result.MakespanUs), 0.95, 1.05);
    }

    [Fact]
    public void INV_SIM_9_leaping_changes_no_sample()
    {
        for (var number = 0; number < 40; number++)
        {
            var run = RandomRun.Draw(number, "vllm-v1");
            IReadOnlyList<TraceRequest> trace = [.. run.Trace.Select(request => request with { ArrivalUs = request.ArrivalUs * 4 })];
            var leaping = Simulator.Run(trace, run.Options with { Leaping = true }).Timeline;
            var stepping = Simulator.Run(trace, run.Options with { Leaping = false }).Timeline;
            Assert.Equal(stepping.Buckets, leaping.Buckets);
            Assert.Equal(stepping.BucketUs, leaping.BucketUs);
        }
    }
}
