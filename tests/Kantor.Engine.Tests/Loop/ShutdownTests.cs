using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;

namespace Kantor.Engine.Tests.Loop;

public class ShutdownTests
{
    private static ScriptedBackendOptions Endless => new() { EndsOneIn = null };

    [Fact]
    public void What_ends_within_the_grace_ends_by_itself_and_the_rest_with_the_shutdown__F12()
    {
        var bench = new EngineBench(Endless);
        var brief = bench.Submit(EngineBench.Request("Brief", 20));
        var endless = bench.Submit(EngineBench.Request("Endless", 2000));
        bench.Loop.Step();
        bench.Loop.ShutDown(TimeSpan.FromMilliseconds(60));
        bench.Run(brief, endless);
        Assert.Equal(RequestOutcome.LengthReached, brief.Outcome);
        Assert.Equal(RequestOutcome.ShutDown, endless.Outcome);
        Assert.InRange(endless.Finish.TotalUs, 60_000, 65_000);
        Assert.True(bench.Loop.Inbox.IsClosed);
    }

    [Fact]
    public void A_second_shutdown_can_only_shorten_the_grace__F12()
    {
        var bench = new EngineBench(Endless);
        var answer = bench.Submit(EngineBench.Request("Endless", 2000));
        bench.Loop.Step();
        bench.Loop.ShutDown(TimeSpan.FromMilliseconds(60));
        bench.Loop.ShutDown(TimeSpan.FromHours(1));
        bench.Loop.ShutDown(TimeSpan.Zero);
        bench.Loop.Step();
        answer.Read();
        Assert.Equal(RequestOutcome.ShutDown, answer.Outcome);
        Assert.Equal(1, answer.Finish.GeneratedTokens);
    }
}
