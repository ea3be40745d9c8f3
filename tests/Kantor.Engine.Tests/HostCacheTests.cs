using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests;

/// <summary>What ended requests leave goes to host memory, and comes back instead of being computed.</summary>
public class HostCacheTests
{
    private static readonly ScriptedBackendOptions Endless = new() { EndsOneIn = null };

    [Fact]
    public void Sessions_in_turn_compute_only_what_is_new()
    {
        var bench = New(cachedTokensMax: 0);
        var prompts = Enumerable.Range(0, 24).Select(session => new string((char)('a' + session), 60)).ToArray();
        foreach (var prompt in prompts) bench.Run(bench.Submit(EngineBench.Request(prompt, 4)));
        var before = bench.Loop.Snapshot.ComputedTokens;
        foreach (var prompt in prompts) bench.Run(bench.Submit(EngineBench.Request(prompt + "new", 4)));
        var (cold, warm) = (before, bench.Loop.Snapshot.ComputedTokens - before);
        // Each second prompt brings three tokens and asks for three more than its last one; an answer may have begun like them.
        Assert.InRange(warm, 24 * 3, 24 * (3 + 3));
        Assert.True(cold > 24 * 60);
        Assert.True(bench.Loop.Snapshot.LoadedTokens >= 24 * 61);
    }

    [Fact]
    public void Without_it_they_compute_everything_again()
    {
        var bench = new EngineBench(Endless, options: options => options with { CachedTokensMax = 0 });
        for (var round = 0; round < 2; round++) bench.Run(bench.Submit(EngineBench.Request(new string('a', 60), 4)));
        Assert.Equal((2 * (61 + 3), 0L), (bench.Loop.Snapshot.ComputedTokens, bench.Loop.Snapshot.LoadedTokens));
    }

    [Fact]
    public void Callers_are_told_of_it_as_of_any_cached_token()
    {
        var bench = New(cachedTokensMax: 0);
        var answers = new List<Answer>();
        for (var round = 0; round < 2; round++)
        {
            answers.Add(bench.Submit(EngineBench.Request(new string('a', 60), 4)));
            bench.Run(answers[^1]);
        }

        Assert.Equal([0, 60], bench.Ended.Ends.Select(end => end.Finish.CachedTokens));
        Assert.Equal(answers[0].Text, answers[1].Text);
    }

    [Fact]
    public void What_the_pool_still_has_is_not_copied_back()
    {
        var bench = New(cachedTokensMax: 1_000);
        for (var round = 0; round < 2; round++) bench.Run(bench.Submit(EngineBench.Request(new string('a', 60), 4)));
        Assert.Equal((0L, 0L), (bench.Loop.Snapshot.LoadedTokens, bench.Backend.Imports));
        Assert.True(bench.Backend.Exports > 0);
    }

    [Fact]
    public void Few_tokens_are_not_worth_a_copy()
    {
        var bench = New(cachedTokensMax: 0, copyTokensMin: 80);
        for (var round = 0; round < 2; round++) bench.Run(bench.Submit(EngineBench.Request(new string('a', 60), 4)));
        Assert.Equal((0L, 0L, 0L), (bench.Backend.Exports, bench.Backend.Imports, bench.Loop.Snapshot.HostCacheBytes));
    }

    [Fact]
    public void The_budget_is_kept_and_the_least_recent_goes()
    {
        var bench = New(cachedTokensMax: 0, tokens: 100);
        foreach (var letter in "abc") bench.Run(bench.Submit(EngineBench.Request(new string(letter, 60), 2)));
        Assert.InRange(bench.Loop.Snapshot.HostCacheBytes, 1, 64 * 2 * 100);
        var before = bench.Loop.Snapshot.LoadedTokens;
        bench.Run(bench.Submit(EngineBench.Request(new string('c', 60), 2)));
        Assert.Equal(60, bench.Loop.Snapshot.LoadedTokens - before);
        before = bench.Loop.Snapshot.LoadedTokens;
        bench.Run(bench.Submit(EngineBench.Request(new string('a', 60), 2)));
        Assert.True(bench.Loop.Snapshot.LoadedTokens - before < 60);
    }

    [Fact]
    public void Its_memory_is_freed_with_the_engine()
    {
        var bench = New(cachedTokensMax: 0);
        bench.Run(bench.Submit(EngineBench.Request(new string('a', 60), 4)));
        Assert.True(bench.Loop.Snapshot.HostCacheBytes > 0);
        bench.Loop.Dispose();
        Assert.Equal(0, bench.Loop.CopiedBytes);
    }

    [Fact]
    public void A_model_whose_KV_cannot_be_copied_is_refused_one() => Assert.Contains(
        "cannot be copied",
        Assert.Throws<ArgumentException>(() => New(cachedTokensMax: 0, backend: Endless with { KvTokenBytes = null })).Message,
        StringComparison.Ordinal);

    private static EngineBench New(
        int cachedTokensMax, int tokens = 10_000, int copyTokensMin = 1, ScriptedBackendOptions? backend = null) =>
        new(backend ?? Endless, options: options => options with
        {
            CachedTokensMax = cachedTokensMax,
            HostCache = new HostCacheOptions { Bytes = 64L * tokens, CopyTokensMin = copyTokensMin },
        });
}
