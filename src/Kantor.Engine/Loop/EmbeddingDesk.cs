using Kantor.Engine.Backends;

namespace Kantor.Engine.Loop;

/// <summary>Texts that wait to be embedded: one between two steps, so that answers are not held up. Owner: the loop thread.</summary>
internal sealed class EmbeddingDesk(IModelBackend backend)
{
    private readonly Queue<EmbedCommand> _waiting = new();

    public bool IsEmpty => _waiting.Count == 0;

    public void Add(EmbedCommand command) => _waiting.Enqueue(command);

    /// <summary>Embeds the oldest text that is still wanted; false when there was none.</summary>
    public bool EmbedNext()
    {
        while (_waiting.TryDequeue(out var command))
        {
            if (command.Cancellation.IsCancellationRequested) command.Result.TrySetCanceled(command.Cancellation);
            else
            {
                Embed(command);
                return true;
            }
        }

        return false;
    }

    public void FailAll(string message)
    {
        while (_waiting.TryDequeue(out var command)) command.Result.TrySetException(new InvalidOperationException(message));
    }

    private void Embed(EmbedCommand command)
    {
        var embedding = new float[backend.Info.EmbeddingSize];
        try
        {
            var status = backend.Embed(command.Tokens, embedding);
            if (status == ExecuteStatus.Ok) command.Result.TrySetResult(embedding);
            else command.Result.TrySetException(new InvalidOperationException($"The model's back end failed to embed: {status}."));
        }
#pragma warning disable CA1031 // Whatever a back end throws concerns this text only.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            command.Result.TrySetException(new InvalidOperationException("The model's back end failed to embed.", exception));
        }
    }
}
