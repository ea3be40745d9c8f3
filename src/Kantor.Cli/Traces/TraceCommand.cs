using System.CommandLine;

namespace Kantor.Cli.Traces;

/// <summary><c>kantor trace</c>: what a trace is like, and traces in another form.</summary>
internal static class TraceCommand
{
    /// <summary>Formats that are read, for help texts.</summary>
    public const string Formats =
        "Mooncake, Bailian, Dynamo and kv-cache-tester JSONL; Azure, BurstGPT, splitwise-sim and length CSV; plain or gzip, told by "
            + "content";

    /// <summary>The verb.</summary>
    public static Command Create() => new("trace", "Describes, converts and generates traces of requests.")
    {
        DescribeCommand.Create(),
        ConvertCommand.Create(),
        GenerateCommand.Create(),
    };
}
