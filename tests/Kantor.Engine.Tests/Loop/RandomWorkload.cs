using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

/// <summary>Random requests with shared prefixes, several choices, tenants, seeds and stop texts, arriving and being cancelled at random turns.</summary>
internal sealed class RandomWorkload
{
    private readonly RandomStream _random;
    private readonly string[] _prefixes;

    public RandomWorkload(ulong seed, int requests)
    {
        _random = new RandomStream(seed, "workload");
        _prefixes = [.. Enumerable.Range(0, 4).Select(_ => Letters(1 + _random.NextInt(40)))];
        Requests = [.. Enumerable.Range(0, requests).Select(_ => NewRequest())];
        ArrivalTurns = [.. Requests.Select(_ => _random.NextInt(60))];
        CancelTurns = [.. Requests.Select(_ => _random.NextInt(4) == 0 ? _random.NextInt(150) : (int?)null)];
    }

    public GenerationRequest[] Requests { get; }

    public int[] ArrivalTurns { get; }

    public int?[] CancelTurns { get; }

    /// <summary>Tight limits: the pool holds few requests, a step few tokens, and sequence ids run out.</summary>
    public static ScriptedBackendOptions TightBackend => new()
    {
        KvTokensTotal = 130,
        SequencesMax = 8,
        BatchTokensMax = 24,
        ContextTokensMax = 130,
        EndsOneIn = 30,
    };

    public Answer[] Run(EngineBench bench)
    {
        var answers = new Answer?[Requests.Length];
        for (var turn = 0; turn < 200 || !bench.Loop.IsIdle; turn++)
        {
            Assert.True(turn < 50_000, "The engine makes no progress.");
            for (var index = 0; index < Requests.Length; index++)
            {
                if (ArrivalTurns[index] == turn) answers[index] = bench.Submit(Requests[index]);
                if (CancelTurns[index] == turn) answers[index]?.Cancel();
            }

            bench.Loop.Step();
            bench.Loop.Scheduler.Verify();
            foreach (var answer in answers) answer?.Read();
        }

        bench.VerifyAtRest();
        return [.. answers.Select(answer => answer!)];
    }

    private GenerationRequest NewRequest() => new()
    {
        PromptTokens = new ScriptedTokenizer().Encode(
            _prefixes[_random.NextInt(_prefixes.Length)] + Letters(_random.NextInt(12)), addBos: true, parseSpecial: false),
        OutputTokensMax = 1 + _random.NextInt(60),
        Choices = _random.NextInt(4) == 0 ? 1 + _random.NextInt(4) : 1,
        StopTexts = _random.NextInt(3) == 0 ? ["ee", "tha"] : [],
        TopLogprobs = _random.NextInt(4) == 0 ? _random.NextInt(4) : null,
        Priority = _random.NextInt(3) - 1,
        Class = new ClassId(_random.NextInt(2)),
        CacheDomain = new CacheDomain(_random.NextInt(2), 0),
        Sampling = new SamplingSpec
        {
            Temperature = _random.NextInt(2),
            Seed = _random.NextInt(1000),
            FrequencyPenalty = _random.NextInt(3) == 0 ? 0.5 : 0,
            TopP = _random.NextInt(3) == 0 ? 0.9 : 1,
        },
    };

    private string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + _random.NextInt(26))));
}
