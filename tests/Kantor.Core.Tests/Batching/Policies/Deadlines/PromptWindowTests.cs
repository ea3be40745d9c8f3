using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Batching.Policies.Deadlines;

public class PromptWindowTests
{
    private static readonly TierPace Pace = new(FixedUs: 1_000, TokenUs: 10, DecodeUs: 40, StepTokensMax: 256, Paces: true);

    /// <summary>Two of the three fit before they are due; the one that is due first is worth less than the two behind it.</summary>
    [Fact]
    public void The_most_value_is_chosen()
    {
        var tier = new TierPace.Tier(null, 1);
        // A step of 256 tokens takes 3,560 us.
        Assert.Equal([false, true, true], Choose([tier], [(10_000, 600, 0), (12_000, 400, 0), (12_000, 400, 0)]));
        Assert.Equal([true, false, false], Choose([tier, new(null, 3)], [(10_000, 600, 1), (12_000, 400, 0), (12_000, 400, 0)]));
    }

    [Fact]
    public void Who_was_promised_keeps_it_against_more_value()
    {
        var window = Window([new(null, 1), new(null, 3)]);
        Assert.True(window.TryAdd(new(10_000, 600, 1, IsPromised: false)));
        Assert.True(window.TryAdd(new(12_000, 600, 0, IsPromised: true)));
        Assert.Equal([false, true], Chosen(window));
    }

    /// <summary>
    /// Rows that decode with a tight gap leave less of each step, also those that only will: one of two prompts with it is left out, and of equal ones
    /// the one after which less would be left over.
    /// </summary>
    [Fact]
    public void What_gaps_reserve_is_not_promised_to_prompts()
    {
        (double, int, int)[] prompts = [(8_000, 500, 0), (16_000, 500, 0)];
        Assert.Equal([true, true], Choose([new(null, 1)], prompts));
        Assert.Equal([false, true], Choose([new(1_500, 1)], prompts));
    }

    /// <summary>Each class of its own doubles the numbers of promises that are told apart; the window ends before there are too many.</summary>
    [Fact]
    public void The_window_ends_where_its_states_do()
    {
        TierPace.Tier[] tiers = [.. Enumerable.Range(1, 12).Select(value => new TierPace.Tier(null, value))];
        var window = Window(tiers);
        var added = Enumerable.Range(0, 12).TakeWhile(tier => window.TryAdd(new(1e6, 10, tier, false))).Count();
        // 2^9 = 512 numbers of promises.
        Assert.Equal((9, 9), (added, window.Count));
    }

    /// <summary>As good as the best of all subsets, which are tried one by one.</summary>
    [Fact]
    public void It_is_exact() => TestSeed.Each(200, seed =>
    {
        var random = new RandomStream(seed, "window");
        TierPace.Tier[] tiers = [new(null, 1), new(1_400 + random.NextInt(4_000), 1 + random.NextInt(3)), new(1_400 + random.NextInt(4_000), 2)];
        var dueUs = 0.0;
        var prompts = Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => (dueUs += random.NextInt(9_000), 1 + random.NextInt(700), random.NextInt(3))).ToArray();
        var chosen = Choose(tiers, prompts);
        var best = Enumerable.Range(0, 1 << prompts.Length).Where(set => IsInTime(tiers, prompts, place => (set >> place & 1) != 0))
            .Max(set => prompts.Select((prompt, place) => (set >> place & 1) * tiers[prompt.Item3].Value).Sum());
        Assert.True(IsInTime(tiers, prompts, place => chosen[place]));
        Assert.Equal(best, prompts.Select((prompt, place) => chosen[place] ? tiers[prompt.Item3].Value : 0).Sum());
    });

    private static bool IsInTime(TierPace.Tier[] tiers, (double DueUs, int Tokens, int Tier)[] prompts, Func<int, bool> isTaken)
    {
        var (left, nowUs, decodes) = (0.0, 0.0, new int[tiers.Length]);
        for (var place = 0; place < prompts.Length; place++)
        {
            left += (prompts[place].DueUs - nowUs) * Pace.TokensPerUs(tiers, decodes);
            nowUs = prompts[place].DueUs;
            if (!isTaken(place)) continue;
            left -= prompts[place].Tokens;
            if (left < 0) return false;
            decodes[prompts[place].Tier]++;
        }

        return true;
    }

    private static PromptWindow Window(TierPace.Tier[] tiers)
    {
        var window = new PromptWindow();
        window.Clear();
        foreach (var tier in tiers) window.TierOf(tier);
        return window;
    }

    private static bool[] Choose(TierPace.Tier[] tiers, (double DueUs, int Tokens, int Tier)[] prompts)
    {
        var window = Window(tiers);
        foreach (var (dueUs, tokens, tier) in prompts) Assert.True(window.TryAdd(new(dueUs, tokens, tier, IsPromised: false)));
        return Chosen(window);
    }

    private static bool[] Chosen(PromptWindow window)
    {
        var chosen = new bool[window.Count];
        window.Choose(Pace, 0, chosen);
        return chosen;
    }
}
