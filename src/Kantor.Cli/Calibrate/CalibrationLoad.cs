using Kantor.Cli.Shell;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Loop;
using Kantor.Engine.Streams;

namespace Kantor.Cli.Calibrate;

/// <summary>
/// Loads that tell the coefficients apart: few and many sequences, short and long prompts, chunks beside decodes. Prompts are random
/// tokens, so that no prefix is cached. The cache is filled first: cells that lie in the pool make steps slower, and a server that has run
/// for a while has it full.
/// </summary>
internal sealed class CalibrationLoad(InferenceEngine engine, StepRecorder recorder, int rounds)
{
    private static readonly int[] Concurrencies = [1, 2, 4, 8, 16, 32];
    private static readonly int[] PromptTokens = [16, 128, 512];
    private const int OutputTokens = 48;

    private readonly RandomStream _random = new(1, "calibration-prompts");

    /// <summary>Runs all loads one after the other.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var room = Math.Min(engine.Model.ContextTokensMax, engine.Model.KvTokensTotal) - OutputTokens;
        var prompts = PromptTokens.Where(tokens => tokens <= room).ToArray();
        if (prompts.Length == 0)
        {
            throw new FailureException(
                $"The model's context of {engine.Model.ContextTokensMax} tokens is too short to measure; {PromptTokens[0] + OutputTokens} "
                + "are needed.");
        }
        var cases = (from concurrency in Concurrencies from prompt in prompts select (concurrency, prompt)).ToArray();
        await FillCacheAsync(prompts[^1], cancellation);
        await WorkProgress.RunAsync("measuring", async progress =>
        {
            for (var index = 0; index < rounds * cases.Length; index++)
            {
                recorder.Case = index % cases.Length;
                var (concurrency, prompt) = cases[recorder.Case];
                await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => RunOneAsync(prompt, cancellation)));
                progress.Report((index + 1.0) / (rounds * cases.Length));
            }
        });
    }

    /// <summary>Runs prompts until no more of them stays in the cache.</summary>
    private async Task FillCacheAsync(int promptTokens, CancellationToken cancellation)
    {
        for (var idle = -1; engine.Snapshot().KvTokensIdle > idle;)
        {
            idle = engine.Snapshot().KvTokensIdle;
            await RunOneAsync(promptTokens, cancellation);
        }

        recorder.Clear();
    }

    private async Task RunOneAsync(int promptTokens, CancellationToken cancellation)
    {
        var prompt = new int[promptTokens];
        lock (_random)
        {
            for (var index = 0; index < prompt.Length; index++) prompt[index] = _random.NextInt(engine.Model.VocabularySize);
        }

        await using var stream = engine.Submit(new GenerationRequest
        {
            PromptTokens = prompt,
            OutputTokensMax = OutputTokens,
            Sampling = new SamplingSpec { Temperature = 0 },
        });
        await foreach (var delta in stream.ReadAllAsync(cancellation))
        {
            if (delta.Finish is { Message: { } message }) throw new FailureException(message);
        }
    }
}
