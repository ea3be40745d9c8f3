using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kantor.Engine;
using Kantor.Engine.Streams;

namespace Kantor.Server.Endpoints;

/// <summary>The engine's streams for all prompts of one HTTP request, read as one. Disposing cancels what has not ended.</summary>
internal sealed class EngineAnswer : GrowingAnswer
{
    private const int BufferMax = 64;

    private readonly IReadOnlyList<GenerationStream> _streams;
    private readonly int _choices;

    /// <summary>Submits all requests, of which the engine takes all or none.</summary>
    /// <exception cref="ArgumentException">The engine finds a request malformed.</exception>
    public EngineAnswer(IInferenceEngine engine, IReadOnlyList<GenerationRequest> requests)
    {
        _choices = requests[0].Choices;
        _streams = engine.SubmitAll(requests);
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        foreach (var stream in _streams) stream.Cancel();
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<AnswerDelta> ReadAllAsync(CancellationToken cancellation) =>
        _streams.Count == 1 ? ReadAsync(0, cancellation) : MergeAsync(cancellation);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams) await stream.DisposeAsync();
        await base.DisposeAsync();
    }

    private async IAsyncEnumerable<AnswerDelta> ReadAsync(int prompt, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var delta in _streams[prompt].ReadAllAsync(cancellation))
            yield return new AnswerDelta(prompt, (prompt * _choices) + delta.Choice, delta);
    }

    /// <summary>
    /// A full buffer holds the readers back, and the engine then merges deltas, so a slow client costs bounded memory here too.
    /// </summary>
    private async IAsyncEnumerable<AnswerDelta> MergeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var merged = Channel.CreateBounded<AnswerDelta>(new BoundedChannelOptions(BufferMax) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var copying = Task.WhenAll(Enumerable.Range(0, _streams.Count).Select(prompt => CopyAsync(prompt, merged.Writer, stop.Token)));
        _ = copying.ContinueWith(
            done => merged.Writer.TryComplete(done.Exception?.InnerException),
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        try
        {
            await foreach (var delta in merged.Reader.ReadAllAsync(cancellation)) yield return delta;
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private async Task CopyAsync(int prompt, ChannelWriter<AnswerDelta> to, CancellationToken cancellation)
    {
        await foreach (var delta in ReadAsync(prompt, cancellation)) await to.WriteAsync(delta, cancellation);
    }
}
