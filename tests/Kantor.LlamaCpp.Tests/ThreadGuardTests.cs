namespace Kantor.LlamaCpp.Tests;

public class ThreadGuardTests
{
    [Fact]
    public void The_first_caller_owns_and_another_is_told_both_ids()
    {
        var guard = new ThreadGuard();
        int owner = 0;
        var thread = new Thread(() =>
        {
            guard.Enter();
            guard.Enter();
            owner = Environment.CurrentManagedThreadId;
        });
        thread.Start();
        thread.Join();
        var e = Assert.Throws<InvalidOperationException>(guard.Enter);
        Assert.Contains($"thread {owner} ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"thread {Environment.CurrentManagedThreadId};", e.Message, StringComparison.Ordinal);
    }
}
