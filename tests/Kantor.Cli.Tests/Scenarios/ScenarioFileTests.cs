using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Cli.Yaml;
using Kantor.Core;

namespace Kantor.Cli.Tests.Scenarios;

public sealed class ScenarioFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-scenario-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_problem_of_a_file_is_said_at_once_in_order_with_its_place_and_what_would_be_right()
    {
        const string text = """
            sead: 3
            workload:
              requests:
                count: many
                arrivals: { poison: { rate: 4/s } }
                prompt: { lognormal: { median: 900, sigma: 0.8, min: 500, max: 100 } }
            clients:
              timeout: 40
              retries: { attempts: 1, backoff: 9s, backoff-max: 2s }
              tenants:
                - { name: shop, weight: 0 }
            fleet:
              replicas: 0
              replicas: 4
              policies: [fcfs, vlm-v1, vllm-v1: { long-prefill-tokens-max: 9, chunked-prefill: false }]
              kv: { size: 64 }
              lockstep: 3
              plans-ahead: yes
              speculation: { draft-tokens: 3 }
              signals: { all: { sampled: { period: 1s, jitter: 2s } } }
            slo: {}

            """;
        Assert.Equal(
            [
                "1:1: sead: is not a key here. Did you mean 'seed'? Keys are seed, workload, clients, fleet, decode, life-cycle, slo, objective.",
                "4:12: workload.requests.count: is 'many'; right is a whole number from 1 to 10000000.",
                "5:17: workload.requests.arrivals: is 'poison'; right is one of poisson, gamma, weibull, on-off, diurnal, at-once, window. Did you mean 'poisson'?",
                "6:63: workload.requests.prompt.lognormal.max: is 100, below min 500; right is at least that.",
                "8:12: clients.timeout: is '40'; right is a duration from 1us to 1000000s in h, min, s, ms or us, such as 200ms.",
                "9:24: clients.retries.attempts: is '1'; right is a whole number from 2 to 1000.",
                "9:40: clients.retries.backoff-max: makes the longest wait (backoff-max) shorter than the first (backoff); right is a backoff-max of at least backoff.",
                "11:29: clients.tenants[0].weight: is '0'; right is a number above 0 and below 1000000000.",
                "13:13: fleet.replicas: is '0'; right is a whole number from 1 to 4096.",
                "14:3: fleet.replicas: is there twice; the first is in line 13. Leave one.",
                "15:20: fleet.policies[1]: is 'vlm-v1'; right is one of " + string.Join(", ", PolicyCatalogue.PlannerNames) + ". Did you mean 'vllm-v1'?",
                "15:39: fleet.policies[2].vllm-v1.long-prefill-tokens-max: cuts prompts, but chunked-prefill is false; leave one of the two.",
                "16:15: fleet.kv.size: is '64'; right is an amount above 0 in blocks, tokens, MB, GB, TB, MiB, GiB or TiB, such as '200000 tokens' or 64GiB.",
                "18:16: fleet.plans-ahead: is 'yes'; right is true or false.",
                "19:16: fleet.speculation.acceptance-rate: is missing; right is a number from 0 to 1.",
                "20:44: fleet.signals.all.sampled.jitter: is not below period; right is a shorter one.",
                "21:6: slo: names no objective; right is at least one of ttft, itl, tpot, e2e.",
            ],
            Scenarios.ProblemsOf(text).Where(problem => !problem.Contains("fleet.profile", StringComparison.Ordinal)));
        Assert.Contains(Scenarios.ProblemsOf(text), problem => problem.StartsWith("13:3: fleet.profile: is missing; right is one of yi-34b-a100-tp2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sample:", "loop: sessions", "", "clients: have the loop sessions, but no request of the workload sample-chat.jsonl belongs to a session")]
    [InlineData("sample: { rate-scale: 2 }", "loop: { users: { count: 3 } }", "", "clients: have the loop users, which does not use the times that workload's rate-scale changes")]
    [InlineData("sample:", "tenants: [{ name: a }]", "", "clients: have tenants, but no request of the workload sample-chat.jsonl names one")]
    [InlineData("trace: { file: x }", "tenants: [{ name: a }, { name: a }]", "", "clients.tenants: names 'a' twice")]
    [InlineData("sample:", "timeout: 1s", "lockstep: 3", "fleet.lockstep: is 3, which does not divide the 2 replicas")]
    [InlineData("sample:", "timeout: 1s", "lockstep: 2, pipeline: { stages: 2 }", "fleet.lockstep: and pipeline exclude each other")]
    [InlineData("sample:", "timeout: 1s", "kv: { size: 15 tokens }", "fleet.kv.size: is 0 blocks of 16 tokens; right is 1 to 2147483647")]
    [InlineData("sample:", "timeout: 1s", "kv: { block-tokens: 100000 }", "fleet.kv: has blocks of 100000 tokens, more than the 16384 tokens of the profile")]
    [InlineData("sample:", "timeout: 1s", "kv: { size: 4GB }", "fleet.kv.size: is in bytes, but the profile does not tell how many bytes the KV of a token takes")]
    [InlineData("sample:", "timeout: 1s", "tier: { size: 100 blocks, bandwidth: 4GB/s }", "fleet.tier.bandwidth: is in bytes, but the profile does not tell")]
    [InlineData("sample:", "timeout: 1s", "scaling: { autoscaler: kv-share, replicas-max: 1 }", "fleet.scaling: begins with 2 replicas; right is 1 to 1")]
    [InlineData("sample:", "timeout: 1s", "predictor: { class-quantile: { window-max: 4, observations-min: 5 } }", "fleet.predictor.class-quantile.observations-min: is 5, more than the 4 that are remembered")]
    public void What_contradicts_itself_is_said_where_it_stands(string workload, string clients, string fleet, string problem)
    {
        var text = $$"""
            workload: { {{workload}} }
            clients: { {{clients}} }
            fleet: { profile: unit, replicas: 2, policies: [fcfs]{{(fleet.Length == 0 ? "" : ", " + fleet)}} }
            """;
        var found = Assert.Single(Scenarios.ProblemsOf(text));
        Assert.Contains(problem, found);
        Assert.StartsWith(problem.StartsWith("clients", StringComparison.Ordinal) ? "2:" : "3:", found);
    }

    [Theory]
    [InlineData("replicas: 2, pools: [{ profile: unit }]", "fleet.replicas: stands beside pools; leave it, or write it in one of them.")]
    [InlineData("pools: [{ profile: unit }, { profile: unit, scaling: { autoscaler: kv-share, replicas-max: 2 } }]", "fleet.pools[1]: has scaling, but only the first")]
    [InlineData("pools: [{ replicas: 2 }]", "fleet.pools[0].profile: is missing; right is one of yi-34b-a100-tp2")]
    [InlineData("pools: []", "fleet.pools: has 0 entries")]
    [InlineData("replicas: 2", "fleet.profile: is missing; right is one of yi-34b-a100-tp2")]
    public void Pools_that_contradict_themselves_are_refused(string fleet, string problem) =>
        Assert.Contains("2:", Assert.Single(Scenarios.ProblemsOf($"workload: {{ sample: }}\nfleet: {{ policies: [fcfs], {fleet} }}\n"), found => found.Contains(problem, StringComparison.Ordinal)));

    [Fact]
    public void KV_goes_to_decoding_replicas_from_pools_of_one_kind_only()
    {
        const string text = """
            workload: { sample: }
            fleet: { policies: [fcfs], pools: [{ profile: llama-3.1-8b@h100 }, { profile: llama-3.1-70b@h200x4:fp8 }] }
            decode: { profile: llama-3.1-8b@h100, policy: fcfs, link: { bandwidth: 50GB/s } }

            """;
        Assert.StartsWith("3:1: decode: takes KV out of pools whose tokens are of different sizes", Assert.Single(Scenarios.ProblemsOf(text)));
    }

    [Theory]
    [InlineData("fails: { at: 1s, replica: 3 }", "life-cycle.events[0]: is about replica 3, which never is; right is 0 to 2.")]
    [InlineData("joins: { at: 1s, decodes: true }", "life-cycle.events[0]: joins those that decode, but there is no decode pool")]
    public void Events_that_cannot_happen_are_refused(string change, string problem)
    {
        var text = Scenarios.Least.Replace("profile: unit", "profile: unit\n  replicas: 3", StringComparison.Ordinal) + $"life-cycle:\n  events:\n    - {change}\n";
        Assert.Contains("9:7: " + problem, Assert.Single(Scenarios.ProblemsOf(text)));
    }

    [Fact]
    public void A_profile_that_is_wrong_is_answered_with_why()
    {
        Assert.Contains("4:12: fleet.profile: is 'units'; right is one of", Single("units"));
        Assert.Contains("Did you mean 'unit'?", Single("units"));
        Assert.Contains("4:12: fleet.profile: ", Single("llama-3.1-8b@h1000"));
        Assert.Contains("llama-3.1-8b", Single("lama@h100"));
        Assert.Contains("mine.json is not there.", Single("mine.json"));

        static string Single(string profile) => Assert.Single(Scenarios.ProblemsOf(Scenarios.Least.Replace("unit", profile, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_that_ends_in_a_syntax_error_is_judged_as_far_as_it_was_read()
    {
        var problems = Scenarios.ProblemsOf("seed: x\nworkload: { sample: \nfleet: ][\n");
        Assert.Equal(2, problems.Length);
        Assert.StartsWith("1:7: seed: is 'x'", problems[0]);
        Assert.Contains("is not YAML", problems[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("~")]
    public void An_empty_file_says_what_has_to_be_there(string text) => Assert.Contains("workload and fleet", Assert.Single(Scenarios.ProblemsOf(text)));

    [Fact]
    public void Files_that_cannot_be_read_are_usage_errors_and_problems_are_lines_that_editors_jump_to()
    {
        Assert.Contains("cannot be read", Error(Path.Combine(_folder, "none.yaml")));
        Assert.Contains("is not UTF-8", Error(Write("latin.yaml", [0x61, 0x3a, 0xe4])));
        Assert.Contains("at most", Error(Write("large.yaml", new byte[(4 << 20) + 1])));
        var path = Write("wrong.yaml", "a: 1\nb: 2\n"u8.ToArray());
        var lines = Error(path).Split(Environment.NewLine);
        Assert.Equal(5, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.StartsWith(path + ":", line));
    }

    [Fact]
    public void A_large_file_full_of_mistakes_gives_an_answer_of_bounded_size()
    {
        var path = Write("many.yaml", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(row => $"k{row}: 1\n"))));
        var lines = Error(path).Split(Environment.NewLine);
        Assert.Equal(1 + 1000 + 1, lines.Length);
        Assert.StartsWith("--scenario: 60002 problems", lines[0]);
        Assert.Equal("… and 59002 more.", lines[^1]);
    }

    [Fact]
    public void Control_characters_of_a_file_do_not_reach_the_terminal() =>
        Assert.DoesNotContain('\e', Assert.Single(Scenarios.ProblemsOf(Scenarios.Least + "\"x\\e[31m\": 1\n")));

    [Theory]
    [MemberData(nameof(Examples))]
    public void Any_single_mistake_in_an_example_is_reported_in_its_line(string example)
    {
        var text = File.ReadAllText(Scenarios.PathOf(example));
        var root = YamlTree.Read(text, new Problems())!;
        var mistakes = MistakesIn(root, isName: false).ToArray();
        Assert.InRange(mistakes.Length, 100, 1000);
        foreach (var (place, old, now) in mistakes)
        {
            var problems = Scenarios.ProblemsOf(With(text, place, old, now));
            Assert.True(problems.Any(problem => problem.StartsWith($"{place.Line}:{place.Column}: ", StringComparison.Ordinal)), $"{place} {old} -> {now}: {string.Join(" | ", problems)}");
            Assert.All(problems, problem => Assert.True(problem.StartsWith($"{place.Line}:", StringComparison.Ordinal) || problem.Contains("is missing", StringComparison.Ordinal), problem));
        }
    }

    public static TheoryData<string> Examples => [.. Scenarios.Examples];

    /// <summary>An unknown key for every key; another type, and a number that is in no range, for every value that is no name.</summary>
    private static IEnumerable<(Place Place, string Old, string New)> MistakesIn(YamlNode node, bool isName) => node switch
    {
        YamlMap map => map.Entries.SelectMany(entry => MistakesIn(entry.Value, entry.Key == "name").Prepend((entry.Place, entry.Key, entry.Key + "-zzzzzzzz"))),
        YamlList list => list.Items.SelectMany(item => MistakesIn(item, isName: false)),
        YamlScalar scalar when isName => [(scalar.Place, scalar.Text, "[[1]]")],
        YamlScalar scalar => [(scalar.Place, scalar.Text, "[[1]]"), (scalar.Place, scalar.Text, "-1e99"), (scalar.Place, scalar.Text, "~")],
        _ => [],
    };

    private static string With(string text, Place place, string old, string now)
    {
        var lines = text.Split('\n');
        var line = lines[place.Line - 1];
        Assert.Equal(old, line.Substring(place.Column - 1, old.Length));
        lines[place.Line - 1] = string.Concat(line.AsSpan(0, place.Column - 1), now, line.AsSpan(place.Column - 1 + old.Length));
        return string.Join('\n', lines);
    }

    private static string Error(string path) => Assert.Throws<UsageException>(() => ScenarioFile.Load(path)).Message;

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
