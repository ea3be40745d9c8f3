using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bench;

/// <summary>
/// The requests of a run as a trace, for the simulator to run again: when each was to start, and the lengths that the endpoint counted.
/// Requests whose whole answers did not come, or whose lengths the endpoint did not tell, are left out.
/// </summary>
internal static class BenchTrace
{
    /// <summary>The requests in order of their starts. Contents are not known to the trace, so that none share a prefix.</summary>
    public static IReadOnlyList<TraceRequest> Of(IReadOnlyList<BenchRecord> records) =>
    [
        .. from record in records
           where record is { Fault: null, PromptTokens: > 0, Tokens: > 0 }
           orderby record.StartUs, record.Number
           select new TraceRequest(record.StartUs, record.PromptTokens!.Value, record.Tokens) { Tenant = record.Class },
    ];

    /// <summary>Writes them in Mooncake's form.</summary>
    public static void Write(Stream stream, IReadOnlyList<BenchRecord> records)
    {
        var blocks = new MooncakeBlocks();
        MooncakeWriter.Write(stream, [.. Of(records).Select(blocks.Regroup)]);
    }
}
