using Kantor.Cli.Plan;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Tests.Plan;

public class PlanValidationTests
{
    private static readonly PlanArguments Opt = new() { Simulation = new SimulateArguments { Profile = "opt-13b-a100-tp1,opt-13b-a100-tp2" } };

    [Fact]
    public void Profiles_policies_and_step_sizes_are_candidates_and_so_are_their_pairs_apart()
    {
        var settings = PlanValidation.Parse(Opt with { Simulation = Opt.Simulation with { Policy = "sarathi,prefill-first", StepTokens = "512,2048" }, RatioMax = "1" });
        var layouts = settings.Space.Layouts();
        Assert.Equal(2 * 2 * 2, layouts.Count(layout => !layout.IsDisaggregated));
        Assert.Equal(4, layouts.Count(layout => layout.UnitsStandAlone));
        Assert.Equal(4, layouts.Count(layout => layout.IsDisaggregated && !layout.UnitsStandAlone));
        Assert.Equal([1, 2], layouts.Select(layout => layout.Serving.Gpus).Distinct());
        Assert.Equal(819_200, layouts[0].Serving.KvBytesPerToken);
    }

    [Theory]
    [InlineData("never", 4, 0)]
    [InlineData("only", 0, 8)]
    [InlineData("auto", 4, 8)]
    public void Disaggregation_may_be_excluded_or_demanded(string answer, int colocated, int apart)
    {
        var layouts = PlanValidation.Parse(Opt with { Disaggregate = answer, RatioMax = "1" }).Space.Layouts();
        Assert.Equal((colocated, apart), (layouts.Count(layout => !layout.IsDisaggregated), layouts.Count(layout => layout.IsDisaggregated)));
    }

    [Fact]
    public void Deployments_by_name_tell_GPUs_and_the_KV_of_all_of_them()
    {
        var settings = PlanValidation.Parse(new PlanArguments { Simulation = new SimulateArguments { Profile = "llama-3.1-8b@h100,llama-3.1-8b@h100x2,llama-3.1-8b@h100:bf16/fp8" }, Disaggregate = "only", RatioMax = "1" });
        // 32 layers, 8 heads of 128, keys and values in 16 bits, however they are divided; KV in 8 bits goes with its like only.
        Assert.Equal([131_072.0, 65_536.0], settings.Space.Prefill.Select(kind => kind.KvBytesPerToken!.Value).Distinct());
        Assert.Equal([1, 2, 1], settings.Space.Prefill.Select(kind => kind.Gpus));
        Assert.Equal(5, settings.Space.Layouts().Count(layout => layout.UnitsStandAlone));
    }

    [Fact]
    public void Small_and_large_steps_are_tried_where_none_are_given_because_objectives_decide_between_them()
    {
        var colocated = PlanValidation.Parse(Opt with { Disaggregate = "never" }).Space.Colocated;
        Assert.Equal([(1, 512), (1, 2048), (2, 512), (2, 2048)], colocated.Select(kind => (kind.Gpus, kind.Limits.StepTokensMax)));
    }

    [Fact]
    public void Different_GPUs_never_stand_in_one_node()
    {
        var layouts = PlanValidation.Parse(new PlanArguments { Simulation = new SimulateArguments { Profile = "llama-3.1-8b@h100,llama-3.1-8b@a100" }, Disaggregate = "only", RatioMax = "1" }).Space.Layouts();
        Assert.Equal((2, 4), (layouts.Count(layout => layout.UnitsStandAlone), layouts.Count(layout => !layout.UnitsStandAlone)));
    }

    [Fact]
    public void Prices_are_by_GPU()
    {
        var settings = PlanValidation.Parse(Opt with { GpuPrice = "a100=1.8" });
        Assert.All(settings.Space.Layouts(), layout => Assert.Equal(layout.Gpus * 1.8, layout.PricePerH!.Value, 9));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var wrong = Assert.Throws<UsageException>(() => PlanValidation.Parse(new PlanArguments
        {
            Simulation = new SimulateArguments { Profile = "opt-13b-a100-tp1", Slo = "ttft=never", RateScale = "2", Routing = "round-robin,least-loaded", StepTokens = "0", Trace = "t.jsonl" },
            Workload = new PlanWorkload { Prompt = "constant:0" },
            Rate = "-1",
            Attainment = "90",
            Disaggregate = "perhaps",
            PrefillPolicy = "fifo",
            GpuPrice = "h100=3",
            Seeds = "0",
            LinkGbps = "fast",
        })).Message;
        foreach (var option in (string[])["--slo", "--rate ", "--rate-scale", "--routing", "--step-tokens", "--prompt", "--trace", "--attainment", "--disaggregate", "--prefill-policy", "--gpu-price", "--seeds", "--link-gbps"])
        {
            Assert.Contains(option, wrong);
        }
    }

    [Fact]
    public void Prefill_and_decode_cannot_be_apart_where_the_KV_has_no_known_size()
    {
        var unknown = new PlanArguments { Simulation = new SimulateArguments { Profile = "unit" } };
        Assert.Contains("size of its KV", PlanValidation.Parse(unknown).WhyNotApart);
        Assert.Contains("--disaggregate only", Assert.Throws<UsageException>(() => PlanValidation.Parse(unknown with { Disaggregate = "only" })).Message);
        Assert.Null(PlanValidation.Parse(unknown with { Disaggregate = "never" }).WhyNotApart);
    }
}
