using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Kantor.Core;
using Kantor.Core.Catalogue;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.Engine.Clocks;
using Kantor.Engine.Loop;
using Kantor.Engine.Streams;

namespace Kantor.MicroBench;

/// <summary>
/// What a step takes apart from the native call: the engine's loop on a back end that computes nothing, all rows decoding, every answer read
/// after each step. The logits are those of a drawn model, an array for each row, so that they come from memory as they do when served.
/// </summary>
internal static class LoopTable
{
    private const int PromptTokens = 32;
    private const int Steps = 1_000;
    private const int WarmSteps = 1_000;

    /// <summary>Prints a row for each size of batch, vocabulary and way of choosing.</summary>
    public static void Write(TextWriter writer, IReadOnlyCollection<string> policies, int threads = 1)
    {
        writer.WriteLine($"{"policy",-16}{"vocabulary",11}{"choice",10}{"rows",6}{"p50 µs",10}{"p90 µs",10}{"by row",9}{"bytes/token",13}");
        foreach (var policy in policies.Count == 0 ? ["moore-hodgson"] : policies)
        {
            foreach (var vocabulary in (int[])[4_096, 151_936])
            {
                Write(writer, policy, vocabulary, "greedy", new SamplingSpec { Temperature = 0 }, threads);
                Write(writer, policy, vocabulary, "drawn", new SamplingSpec { Temperature = 1 }, threads);
                Write(writer, policy, vocabulary, "top-p", new SamplingSpec { Temperature = 0.8, TopP = 0.95 }, threads);
            }
        }
    }

    private static void Write(TextWriter writer, string policy, int vocabulary, string label, SamplingSpec sampling, int threads)
    {
        foreach (var rows in (int[])[1, 16, 64])
        {
            using var run = new Run(policy, vocabulary, rows, sampling, threads);
            run.Advance(WarmSteps);
            var (times, bytes) = run.Advance(Steps);
            Array.Sort(times);
            string At(double share) => times[(int)(share * (times.Length - 1))].ToString("0.0", CultureInfo.InvariantCulture);
            var byRow = (times[times.Length / 2] / rows).ToString("0.00", CultureInfo.InvariantCulture);
            writer.WriteLine(
                $"{policy,-16}{vocabulary,11}{label,10}{rows,6}{At(0.5),10}{At(0.9),10}{byRow,9}{bytes / ((double)Steps * rows),13:0}");
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly EngineLoop _loop;
        private readonly DeltaStream[] _streams;

        public Run(string policy, int vocabulary, int rows, SamplingSpec sampling, int threads)
        {
            var options = new EngineOptions
            {
                Planner = PolicyCatalogue.BuiltIn.Planners.Make(PolicySpec.Parse(policy)),
                Objective = Objective.Goodput(new SloSpec { TtftUsMax = 2_000_000, GapUsMax = 500_000 }),
                SamplingThreads = threads,
            };
            _loop = new EngineLoop(new BlankBackend(vocabulary, rows), options);
            var clock = new EngineClock(TimeProvider.System);
            _streams = [.. Enumerable.Range(0, rows).Select(row => Submit(clock, row, vocabulary, sampling))];
        }

        public (double[] Us, long Bytes) Advance(int steps)
        {
            var times = new double[steps];
            long bytes = 0;
            for (var step = 0; step < steps; step++)
            {
                var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                if (!_loop.Step()) throw new InvalidOperationException($"The loop has nothing to do: {_loop.Fault}");
                times[step] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                foreach (var stream in _streams)
                {
                    while (stream.TryTake(out _)) continue;
                }
            }

            return (times, bytes);
        }

        public void Dispose() => _loop.Dispose();

        private DeltaStream Submit(EngineClock clock, int row, int vocabulary, SamplingSpec sampling)
        {
            var request = new GenerationRequest
            {
                PromptTokens = [.. Enumerable.Range(0, PromptTokens).Select(place => ((row * 977) + (place * 31)) % vocabulary)],
                OutputTokensMax = WarmSteps + Steps + 10,
                Sampling = sampling,
                IgnoresEnd = true,
            };
            var stream = new DeltaStream(1, new StreamBounds(64, 65_536, 60_000_000), clock, _loop.Inbox.NoteCancellation);
            if (!_loop.Inbox.TryPost([new RequestRun(request, stream, clock.NowUs)])) throw new InvalidOperationException("The inbox is full.");
            return stream;
        }
    }

    /// <summary>A back end that computes nothing.</summary>
    private sealed class BlankBackend : IModelBackend
    {
        private readonly float[][] _logits;

        public BlankBackend(int vocabulary, int rows)
        {
            Info = new BackendInfo("blank", vocabulary, 4_096, 262_144, 128, 2_048, 8);
            Tokenizer = new BlankTokenizer(vocabulary);
            var random = new Random(1);
            _logits = [.. Enumerable.Range(0, rows).Select(_ => Drawn(random, vocabulary))];
        }

        public BackendInfo Info { get; }

        public ITokenizer Tokenizer { get; }

        public ExecuteStatus Execute(StepBatch batch) => ExecuteStatus.Ok;

        public Span<float> Logits(int batchRow) => _logits[batchRow % _logits.Length];

        public void CopyCells(int source, int target, int from, int to)
        {
        }

        public void RemoveCells(int sequence, int from, int to)
        {
        }

        public KvCopy? Export(int sequence, int from, int to) => null;

        public bool TryImport(KvCopy copy, int sequence, int from, int to) => false;

        public ExecuteStatus Embed(ReadOnlySpan<int> tokens, Span<float> embedding) => ExecuteStatus.InvalidBatch;

        public void Dispose()
        {
        }

        /// <summary>Normal values, as logits are near their mean, and a few likely tokens.</summary>
        private static float[] Drawn(Random random, int vocabulary)
        {
            var logits = new float[vocabulary];
            for (var token = 0; token < vocabulary; token++)
            {
                logits[token] = (float)(2 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            }

            for (var likely = 0; likely < 8; likely++) logits[random.Next(vocabulary)] += 12;
            return logits;
        }
    }

    private sealed class BlankTokenizer(int vocabulary) : ITokenizer
    {
        public int VocabularySize => vocabulary;

        public int[] Encode(string text, bool addBos, bool parseSpecial) => [.. text.Select(character => character % vocabulary)];

        public void Decode(int token, IBufferWriter<byte> utf8) => utf8.Write(" word"u8);

        public bool IsEndOfGeneration(int token) => false;

        public int[] EncodeChat(IReadOnlyList<ChatTurn> turns) => Encode(string.Concat(turns.Select(turn => turn.Text)), true, false);
    }
}
