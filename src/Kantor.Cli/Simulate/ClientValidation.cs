using System.Globalization;
using Kantor.Core.Objectives;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Simulate;

/// <summary>Turns what was typed about clients into options; what is wrong is added to the errors. Pure.</summary>
internal static class ClientValidation
{
    private const int UsersMax = 1_000_000;
    private const int RetriesMax = 999;

    public static ClientOptions Parse(SimulateArguments typed, ulong seed, List<string> errors)
    {
        if (typed.ClosedLoop && typed.Users is not null) errors.Add("--closed-loop and --users exclude each other: requests wait for their session or for a user.");
        if (typed.Users is not null && typed.RateScale is not null) errors.Add("--rate-scale has no effect with --users, which does not use recorded times; leave one out.");
        if (typed.Users is not null && typed.SpreadBatches is not null) errors.Add("--spread-batches has no effect with --users, which does not use recorded times; leave one out.");
        if (typed.Users is null && typed.Think is not null) errors.Add("--think needs --users; sessions have the think times of their trace.");
        if (typed.ClosedLoop && typed.Trace is null) errors.Add("--closed-loop needs --trace: the synthetic chat has no sessions.");
        var users = Whole("--users", typed.Users, 1, UsersMax, errors);
        var thinkUs = Duration("--think", typed.Think, errors);
        return new ClientOptions
        {
            Loop = typed.ClosedLoop ? new SessionLoop() : users is { } count ? new UserLoop { Users = count, ThinkUs = thinkUs ?? 0 } : new OpenLoop(),
            TimeoutUs = Duration("--timeout", typed.Timeout, errors),
            Retries = Whole("--retries", typed.Retries, 0, RetriesMax, errors) is > 0 and var retries ? new RetryOptions { AttemptsMax = retries + 1 } : null,
            Seed = seed,
        };
    }

    /// <summary>The clients in words, for reports.</summary>
    public static string Describe(ClientOptions clients)
    {
        var loop = clients.Loop switch
        {
            SessionLoop => "sessions in a closed loop",
            UserLoop { ThinkUs: 0 } users => $"{Number(users.Users)} users",
            UserLoop users => $"{Number(users.Users)} users who think for {Number(users.ThinkUs / 1e6)} s",
            _ => "open loop",
        };
        if (clients.TimeoutUs is { } timeoutUs) loop += $", timeout {Number(timeoutUs / 1e6)} s";
        return clients.Retries is { } retries ? $"{loop}, up to {Number(retries.AttemptsMax - 1)} retries" : loop;
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static long? Duration(string option, string? typed, List<string> errors)
    {
        const long UsMax = 1_000_000_000_000;
        if (typed is null) return null;
        if (DurationText.TryParseUs(typed, out var us) && us <= UsMax) return us;
        errors.Add($"{option} '{typed}' is not a duration; it is a number with us, ms or s, such as 2s, from 1us to {UsMax / 1_000_000}s.");
        return null;
    }

    private static int? Whole(string option, string? typed, int min, int max, List<string> errors)
    {
        if (typed is null) return null;
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        errors.Add($"{option} '{typed}' is not in range; it is a whole number from {min} to {max}.");
        return null;
    }
}
