using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Streams;

namespace Kantor.Cli.Calibrate;

/// <summary>
/// Loads that tell the coefficients apart: few and many sequences, short and long prompts, chunks beside decodes. Prompts are random tokens, so
/// that no prefix is cached.
/// </summary>
internal sealed class CalibrationLoad(InferenceEngine engine, int rounds)
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
        if (prompts.Length == 0) throw new FailureException($"The model's context of {engine.Model.ContextTokensMax} tokens is too short to measure; {PromptTokens[0] + OutputTokens} are needed.");
        var loads = (from round in Enumerable.Range(0, rounds) from concurrency in Concurrencies from prompt in prompts select (concurrency, prompt)).ToArray();
        await ProgressLine.RunAsync("measuring", async progress =>
        {
            for (var index = 0; index < loads.Length; index++)
            {
                await Task.WhenAll(Enumerable.Range(0, loads[index].concurrency).Select(_ => RunOneAsync(loads[index].prompt, cancellation)));
                progress.Report((double)(index + 1) / loads.Length);
            }
        });
    }

    private async Task RunOneAsync(int promptTokens, CancellationToken cancellation)
    {
        var prompt = new int[promptTokens];
        lock (_random)
        {
            for (var index = 0; index < prompt.Length; index++) prompt[index] = _random.NextInt(engine.Model.VocabularySize);
        }

        await using var stream = engine.Submit(new GenerationRequest { PromptTokens = prompt, OutputTokensMax = OutputTokens, Sampling = new SamplingSpec { Temperature = 0 } });
        await foreach (var delta in stream.ReadAllAsync(cancellation))
        {
            if (delta.Finish is { Message: { } message }) throw new FailureException(message);
        }
    }
}
