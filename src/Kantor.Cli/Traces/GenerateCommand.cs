using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary><c>kantor trace generate</c>: a synthetic trace in Mooncake's form.</summary>
internal static class GenerateCommand
{
    private static readonly Option<string?> Kind = TextOption.Of(
        "--kind", "NAME",
        $"What is asked: {string.Join(", ", GenerateArguments.Kinds)}. chat and papers: independent requests; sessions and agents: turns "
        + "that build on one another; flood: tenants of which one floods. Default: chat.");

    private static readonly Option<string?> ServeGen = TextOption.Of(
        "--servegen", "FILES",
        "Draw from ServeGen's client models (tar or tar.gz) instead of a kind; rates and lengths may be in two archives, with a comma "
        + "between.");

    private static readonly Option<string?> Requests = TextOption.Of(
        "--requests", "N", "Requests; at most so many with --servegen or flood. Default: 1000.");

    private static readonly Option<string?> Rate = TextOption.Of(
        "--rate", "X", "Arrivals per second; of sessions and agents: starts of sessions per second. Default: 1.");

    private static readonly Option<string?> Arrivals = TextOption.Of(
        "--arrivals", "LAW", $"{WorkloadText.ArrivalsHelp}. Default: poisson. Not with flood or --servegen.");

    private static readonly Option<string?> Prompt = TextOption.Of(
        "--prompt", "LAW",
        $"Prompt lengths: {WorkloadText.LengthHelp}. For chat and papers, and with --servegen for clients without lengths.");

    private static readonly Option<string?> Output = TextOption.Of("--output", "LAW", "Output lengths, in the same way.");

    private static readonly Option<string?> Prefixes = TextOption.Of(
        "--prefixes", "N,ZIPF,BLOCKS",
        "Prompts of N families that begin alike, with popularity k^-ZIPF and 1 to BLOCKS common blocks of 512 tokens. For chat, papers, "
        + "sessions, agents.");

    private static readonly Option<string?> Tenants = TextOption.Of("--tenants", "N", "Tenants of flood. Default: 4.");

    private static readonly Option<string?> FloodFactor = TextOption.Of(
        "--flood-factor", "X", "How many times its share the flood adds up to, in the middle third. Default: 10.");

    private static readonly Option<string?> From = TextOption.Of(
        "--from", "S", "Second of the --servegen models that becomes time 0. Default: 0.");

    private static readonly Option<string?> To = TextOption.Of(
        "--to", "S", "Second at which the drawing from --servegen ends. Default: the end of the models.");

    private static readonly Option<string?> RateScale = TextOption.Of(
        "--rate-scale", "X", "Arrivals X times as dense as in the --servegen models. Default: 1.");

    private static readonly Option<string?> Seed = TextOption.Of(
        "--seed", "N", "Seed of everything random: equal options and seed give an equal trace. Default: 1.");

    private static readonly Option<string?> Out = TextOption.Of(
        "--out", "FILE", "Where to write; gzip if the name ends in .gz; - for the standard output. Needed.");

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "generate",
            "Draws a synthetic trace and writes it in Mooncake's form (sessions are lost in it, the times that follow from them are "
            + "not).\n\n"
            + "Exit code: 0 done, 1 the file cannot be written, 2 wrong usage or models, 130 interrupted.\n\n"
            + "Examples: kantor trace generate --kind chat --requests 5000 --rate 4 --arrivals gamma:2.5 --prefixes 24,1.0,3 --out "
            + "chat.jsonl.gz\n"
            + "          kantor trace generate --kind agents --requests 2000 --rate 0.05 --out agents.jsonl.gz\n"
            + "          kantor trace generate --servegen deepseek-r1.tar.gz --from 43200 --to 46800 --rate-scale 0.5 --out r1.jsonl.gz")
        {
            Kind, ServeGen, Requests, Rate, Arrivals, Prompt, Output, Prefixes, Tenants, FloodFactor, From, To, RateScale, Seed, Out,
        };
        command.SetAction((parsed, _) => Task.Run(() => Run(Read(parsed)), CancellationToken.None));
        return command;
    }

    private static int Run(GenerateArguments typed)
    {
        var plan = GenerateValidation.Parse(typed);
        try
        {
            var trace = plan.Draw();
            var blocks = new MooncakeBlocks();
            OutputFile.Write("--out", plan.OutPath, stream => MooncakeWriter.Write(stream, trace.Select(blocks.Regroup)));
            TraceFile.Say($"{trace.Count} requests written.");
            return ExitCode.Success;
        }
        catch (TraceException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private static GenerateArguments Read(ParseResult parsed) => new()
    {
        Kind = parsed.GetValue(Kind),
        ServeGen = parsed.GetValue(ServeGen),
        Requests = parsed.GetValue(Requests),
        Rate = parsed.GetValue(Rate),
        Arrivals = parsed.GetValue(Arrivals),
        Prompt = parsed.GetValue(Prompt),
        Output = parsed.GetValue(Output),
        Prefixes = parsed.GetValue(Prefixes),
        Tenants = parsed.GetValue(Tenants),
        FloodFactor = parsed.GetValue(FloodFactor),
        From = parsed.GetValue(From),
        To = parsed.GetValue(To),
        RateScale = parsed.GetValue(RateScale),
        Seed = parsed.GetValue(Seed),
        Out = parsed.GetValue(Out),
    };
}
