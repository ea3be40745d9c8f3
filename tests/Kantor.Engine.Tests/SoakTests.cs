using System.Globalization;
using Kantor.Core.Requests;

namespace Kantor.Engine.Tests;

/// <summary>
/// Many lives of an engine, one after the other. A thousand requests by default; <c>KANTOR_SOAK_REQUESTS</c> asks for another number.
/// </summary>
public class SoakTests(ITestOutputHelper output)
{
    private const int RequestsUsual = 1_000;

    private static readonly int Requests = Environment.GetEnvironmentVariable("KANTOR_SOAK_REQUESTS") is { } typed
        ? int.Parse(typed, NumberStyles.None, CultureInfo.InvariantCulture)
        : RequestsUsual;

    [Fact]
    public void Books_close_after_every_event_whatever_is_cancelled_fails_or_is_started_again__G3_G11_G22_INV_ENG_12()
    {
        var all = LifeCounts.None;
        for (var life = 0; all.Requests < Requests; life++) TestSeed.Run(life, seed => all = all.Plus(new Life(seed).Run()));
        var outcomes = string.Join(", ", all.Outcomes.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value:N0} {pair.Key}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Requests:N0} requests, {all.Steps:N0} steps, {all.Preemptions:N0} preemptions, {all.BackendFailures:N0} failed calls, "
            + $"{all.LoadedTokens:N0} tokens from host memory; choices: {outcomes}"));
        // It would show little if nothing of this came up.
        Assert.True(all is { Preemptions: > 0, BackendFailures: > 0, LoadedTokens: > 0 });
        Assert.All(
            (RequestOutcome[])
            [
                RequestOutcome.Stopped, RequestOutcome.LengthReached, RequestOutcome.Cancelled, RequestOutcome.ShutDown,
                RequestOutcome.BackendFailed,
            ],
            outcome => Assert.True(all.Outcomes.GetValueOrDefault(outcome) > 0, $"No choice ended with {outcome}."));
    }
}
