using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Bench;

/// <summary>What became of one request, in microseconds from the start of the run.</summary>
internal sealed record BenchRecord
{
    /// <summary>Place in the run.</summary>
    public required int Number { get; init; }

    /// <summary>Its class; null when there are none.</summary>
    public string? Class { get; init; }

    /// <summary>When it was to start; in a closed loop, when it did.</summary>
    public required long StartUs { get; init; }

    /// <summary>When it was sent.</summary>
    public required long SentUs { get; init; }

    /// <summary>When its answer ended, or what ended it came.</summary>
    public long EndUs { get; set; }

    /// <summary>When each event with text came.</summary>
    public List<long> TokensUs { get; } = [];

    /// <summary>Tokens of its prompt, by the endpoint's count; null when it did not say.</summary>
    public int? PromptTokens { get; set; }

    /// <summary>Tokens of its prompt that were cached, by the endpoint's count.</summary>
    public int? CachedTokens { get; set; }

    /// <summary>Tokens of its answer, by the endpoint's count; null when it did not say.</summary>
    public int? OutputTokens { get; set; }

    /// <summary>What went wrong, in a word or two; null when its whole answer came.</summary>
    public string? Fault { get; set; }

    /// <summary>Tokens of its answer, by the endpoint's count, or by events.</summary>
    public int Tokens => OutputTokens ?? TokensUs.Count;

    /// <summary>Times between two events with text.</summary>
    public IEnumerable<long> GapsUs => TokensUs.Zip(TokensUs.Skip(1), (one, next) => next - one);

    /// <summary>The largest of them; 0 with fewer than two events.</summary>
    public long GapUsMax => GapsUs.DefaultIfEmpty(0).Max();

    /// <summary>The same as the simulator has it, whose judgement is used.</summary>
    /// <remarks>An answer without any text is there when it ends.</remarks>
    public RequestRecord AsRequest() => new()
    {
        ArrivalUs = StartUs,
        FirstTokenUs = TokensUs.Count > 0 ? TokensUs[0] : Fault is null ? EndUs : null,
        LastTokenUs = TokensUs.Count > 0 ? TokensUs[^1] : Fault is null ? EndUs : null,
        GapUsMax = GapUsMax,
        OutputTokens = Tokens,
        Attempts = 1,
        Outcome = Fault is null ? RequestOutcome.LengthReached : RequestOutcome.BackendFailed,
    };
}
