using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Simulation.Clients;

/// <summary>Decides whether and when a request is tried again.</summary>
internal sealed class RetryLaw(RetryOptions? options, ulong seed)
{
    private readonly RandomStream _random = new(seed, "clients.retries");
    private long _requests;
    private long _retries;

    /// <summary>A request is sent for the first time.</summary>
    public void FirstSent() => _requests++;

    /// <summary>Microseconds until the next attempt; null when there is none.</summary>
    public long? NextAfterUs(int attempt, RequestOutcome outcome)
    {
        if (options is null || attempt >= options.AttemptsMax || !CanHelp(outcome)) return null;
        if (options.BudgetShare is { } share && _retries >= options.BudgetFloor + (share * _requests)) return null;
        _retries++;
        var waitUs = Math.Min(options.BackoffUsMax, options.BackoffUs * Math.Pow(options.BackoffFactor, attempt - 1));
        return Math.Max(1, (long)Math.Round(waitUs * (1 - (options.Jitter * _random.NextDouble()))));
    }

    private static bool CanHelp(RequestOutcome outcome) =>
        outcome is not (RequestOutcome.Stopped or RequestOutcome.LengthReached or RequestOutcome.RefusedNeverFits);
}
