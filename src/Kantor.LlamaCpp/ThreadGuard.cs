namespace Kantor.LlamaCpp;

/// <summary>Lets only one thread call a native context: the first that does. A native context has no locks of its own.</summary>
internal sealed class ThreadGuard
{
    private int _owner;

    /// <summary>Returns when the caller is the owning thread, or becomes it; throws otherwise, in every build.</summary>
    /// <exception cref="InvalidOperationException">Another thread owns the context.</exception>
    public void Enter()
    {
        int caller = Environment.CurrentManagedThreadId;
        int owner = Interlocked.CompareExchange(ref _owner, caller, 0);
        if (owner == 0 || owner == caller) return;
        throw new InvalidOperationException(
            $"The model context belongs to thread {owner} and was called by thread {caller}; only the engine's loop thread may call it.");
    }
}
