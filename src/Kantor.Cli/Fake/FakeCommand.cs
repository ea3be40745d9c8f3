using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.LlamaCpp.Fake;

namespace Kantor.Cli.Fake;

/// <summary><c>kantor fake</c>: stand-ins for things that are too big to download.</summary>
internal static class FakeCommand
{
    private static readonly Dictionary<string, FakeWeightType> Types = new()
    {
        ["f16"] = FakeWeightType.F16,
        ["q8_0"] = FakeWeightType.Q8,
        ["q4_0"] = FakeWeightType.Q4,
    };

    public static Command Create() => new("fake", "Writes stand-ins for things that are too big to download.") { CreateModel() };

    private static Command CreateModel()
    {
        var shape = new FakeModelSpec();
        var layers = Number("--layers", "Transformer layers.", shape.Layers);
        var width = Number("--width", "Embedding length.", shape.Width);
        var heads = Number("--heads", "Query heads; divides --width.", shape.Heads);
        var kvHeads = Number("--kv-heads", "Key and value heads; divides --heads.", shape.KvHeads);
        var ffn = Number("--ffn", "Inner length of the feed-forward network.", shape.FeedForward);
        var vocab = Number("--vocab", "Tokens of the vocabulary.", shape.Vocabulary);
        var context = Number("--context", "Context length that the file declares, in tokens.", shape.ContextTokens);
        var seed = Number("--seed", "Same seed and shape, same bytes.", 1);
        var type = new Option<string>("--type")
        {
            Description = "Storage of the matrices: f16, q8_0 or q4_0.",
            DefaultValueFactory = _ => "q8_0",
        };
        type.AcceptOnlyFromAmong([.. Types.Keys]);
        var output = new Argument<string>("out.gguf") { Description = "File to write; an existing one is replaced." };
        var command = new Command(
            "model",
            "Writes a random-weight Llama-architecture model of any shape, for measuring speed without a download.\n\n"
            + "Example: kantor fake model --layers 24 --width 896 --heads 14 --kv-heads 2 --ffn 4864 --vocab 50257 --type q8_0 out.gguf")
        {
            layers, width, heads, kvHeads, ffn, vocab, context, seed, type, output,
        };
        command.SetAction((parsed, cancellation) => WriteModelAsync(
            new FakeModelSpec
            {
                Layers = parsed.GetValue(layers),
                Width = parsed.GetValue(width),
                Heads = parsed.GetValue(heads),
                KvHeads = parsed.GetValue(kvHeads),
                FeedForward = parsed.GetValue(ffn),
                Vocabulary = parsed.GetValue(vocab),
                ContextTokens = parsed.GetValue(context),
                Seed = (ulong)parsed.GetValue(seed),
                Type = Types[parsed.GetValue(type)!],
            },
            parsed.GetValue(output)!,
            cancellation));
        return command;
    }

    private static Option<int> Number(string name, string description, int otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };

    private static Task<int> WriteModelAsync(FakeModelSpec spec, string path, CancellationToken cancellation)
    {
        var problems = spec.Problems();
        if (problems.Count > 0) throw new UsageException(string.Join(Environment.NewLine + "kantor: ", problems));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new UsageException($"{path}: the folder {folder} is not there.");
        WorkProgress.Run("writing", progress => FakeModelWriter.Write(spec, path, progress, cancellation));
        Console.WriteLine($"{path}: {spec.Parameters:N0} parameters, {new FileInfo(path).Length:N0} bytes");
        return Task.FromResult(ExitCode.Success);
    }
}
