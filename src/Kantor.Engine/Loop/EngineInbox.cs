using System.Threading.Channels;

namespace Kantor.Engine.Loop;

/// <summary>
/// What callers want of the loop. Posting never waits; a full inbox says so. Cancellations take no room: each stream carries its own mark,
/// and the inbox only says that there are some, so none can be lost.
/// </summary>
internal sealed class EngineInbox(int commandsMax) : IDisposable
{
    private readonly Channel<object> _commands = Channel.CreateBounded<object>(
        new BoundedChannelOptions(commandsMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ManualResetEventSlim _news = new();
    private int _hasCancellations;
    private volatile bool _isClosed;

    /// <summary>Whether nothing can be posted any more.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Posts requests that belong together; false when the inbox is full or closed.</summary>
    public bool TryPost(RequestRun[] body) => TryPostAny(body);

    /// <summary>Posts a text to embed; false when the inbox is full or closed.</summary>
    public bool TryPost(EmbedCommand embed) => TryPostAny(embed);

    private bool TryPostAny(object command)
    {
        var isPosted = _commands.Writer.TryWrite(command);
        if (isPosted) _news.Set();
        return isPosted;
    }

    /// <summary>Some stream carries a mark.</summary>
    public void NoteCancellation()
    {
        Volatile.Write(ref _hasCancellations, 1);
        _news.Set();
    }

    /// <summary>
    /// Whether streams were marked since the last time; asked before commands are taken, so that a mark on a posted request is seen.
    /// </summary>
    public bool TakeCancellations() => Interlocked.Exchange(ref _hasCancellations, 0) == 1;

    /// <summary>Whether everything posted was taken.</summary>
    public bool IsEmpty => _commands.Reader.Count == 0;

    /// <summary>Takes the oldest command.</summary>
    public bool TryTake(out object? command) => _commands.Reader.TryRead(out command);

    /// <summary>Nothing can be posted from now on; what was posted can still be taken.</summary>
    public void Close()
    {
        _isClosed = true;
        _commands.Writer.TryComplete();
        _news.Set();
    }

    /// <summary>
    /// Waits until something was posted since the last <see cref="Reset"/>, at most so many milliseconds; null for however long it takes.
    /// False when nothing was.
    /// </summary>
    public bool Wait(int? millisecondsMax) => _news.Wait(millisecondsMax ?? Timeout.Infinite);

    /// <summary>Everything posted so far is about to be taken.</summary>
    public void Reset() => _news.Reset();

    public void Dispose() => _news.Dispose();
}

/// <summary>A text to embed.</summary>
internal sealed record EmbedCommand(int[] Tokens, TaskCompletionSource<float[]> Result, CancellationToken Cancellation);
