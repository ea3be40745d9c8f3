using Kantor.Cli.Yaml;
using Kantor.Simulation.Clients;

namespace Kantor.Cli.Scenarios;

/// <summary>The clients of a scenario.</summary>
/// <param name="Options">What a run takes, but for its seed.</param>
/// <param name="OutputTokensMax">Output limit that every request declares; null for the workload's largest output, rounded up to a power of
/// two.</param>
internal sealed record ClientPlan(ClientOptions Options, int? OutputTokensMax);

/// <summary>How clients are written.</summary>
internal static class ClientKeys
{
    private const long UsMax = 1_000_000_000_000;

    private static readonly Key<int> Count = Key.Needed("count", Scalars.Whole(1, 1_000_000), "users, each with one request at a time");

    private static readonly Key<long> Think = Key.Or(
        "think", Scalars.Duration(0, UsMax), "0s", "time between an answer and the user's next request");

    /// <summary>When clients send.</summary>
    public static readonly Key<Placed<ClientLoop>> Loop = Key.Or(
        "loop",
        new PlacedShape<ClientLoop>(new ChoiceShape<ClientLoop>(
            [
                Variant<ClientLoop>.Of("open", () => new OpenLoop()),
                Variant<ClientLoop>.Of("sessions", () => new SessionLoop()),
                new(
                    "users",
                    new SectionShape<ClientLoop>(
                        [Count, Think], section => new UserLoop { Users = section.Get(Count), ThinkUs = section.Get(Think, 0) })),
            ])),
        "open",
        "when requests are sent: at recorded times, each turn after the one before, or by a fixed number of users");

    private static readonly Key<double> Fixed = Key.Or("fixed", Scalars.Time(0, 1e9), "0s", "time of every request");

    private static readonly Key<double> PerToken = Key.Or("per-prompt-token", Scalars.Time(0, 1e6), "0s", "further time per prompt token");

    private static readonly Key<Func<int, double>> RequestTime = Key.Or(
        "request-time", new SectionShape<Func<int, double>>([Fixed, PerToken], RequestUs), "none",
        "time between sending and arrival at the fleet: HTTP, tokenization");

    private static readonly Key<long> Timeout = Key.Or(
        "timeout", Scalars.Duration(1, UsMax), "never", "time after which a client gives an attempt up");

    private static readonly Key<long> Deadline = Key.Or(
        "deadline", Scalars.Duration(1, UsMax), "none", "time within which an answer is wanted; misses are counted, nobody gives up");

    private static readonly Key<long> TenantTimeout = Key.Or(
        "timeout", Scalars.Duration(1, UsMax), "as clients.timeout", "time after which the tenant gives an attempt up");

    private static readonly Key<long> TenantDeadline = Key.Or(
        "deadline", Scalars.Duration(1, UsMax), "as clients.deadline", "time within which the tenant wants an answer");

    private static readonly Key<int> Attempts = Key.Or("attempts", Scalars.Whole(2, 1000), "3", "attempts of a request in all");

    private static readonly Key<long> Backoff = Key.Or("backoff", Scalars.Duration(1, UsMax), "500ms", "wait before the second attempt");

    private static readonly Key<double> BackoffFactor = Key.Or("backoff-factor", Scalars.Number(1, 1000), "2", "growth of the wait");

    private static readonly Key<long> BackoffMax = Key.Or("backoff-max", Scalars.Duration(1, UsMax), "8s", "longest wait");

    private static readonly Key<double> Jitter = Key.Or(
        "jitter", Scalars.Number(0, 1), "0.25", "largest share by which chance shortens a wait");

    private static readonly Key<double> BudgetShare = Key.Or(
        "budget-share", Scalars.Number(0, 1000), "no limit", "retries of all clients per request sent so far");

    private static readonly Key<int> BudgetFloor = Key.Or(
        "budget-floor", Scalars.Whole(0, 1_000_000_000), "10", "retries that a limited budget allows in any case");

    private static readonly Key<RetryOptions> Retries = Key.Or(
        "retries",
        new SectionShape<RetryOptions>(
            [Attempts, Backoff, BackoffFactor, BackoffMax, Jitter, BudgetShare, BudgetFloor], Retried, CheckRetries), "none",
            "how requests that were refused, given up or failed are tried again");

    private static readonly Key<string> Name = Key.Needed("name", Scalars.Text("a name"), "as the trace gives it");

    private static readonly Key<double> Weight = Key.Or("weight", Scalars.NumberBetween(0, 1e9), "1", "share that the tenant is due");

    private static readonly Key<int> Priority = Key.Or("priority", Scalars.Whole(-1_000_000, 1_000_000), "0", "urgency: lower goes first");

    private static readonly Key<int> Class = Key.Or(
        "class", Scalars.Whole(0, 1_000_000), "0", "traffic class: requests of one share a length belief");

    /// <summary>Who sends.</summary>
    public static readonly Key<Placed<IReadOnlyList<TenantSpec>>> Tenants = Key.Or(
        "tenants",
        new PlacedShape<IReadOnlyList<TenantSpec>>(
            new ListShape<TenantSpec>(
                new SectionShape<TenantSpec>([Name, Weight, Priority, Class, TenantTimeout, TenantDeadline], Tenant), 1, 10_000)),
        "all alike",
        "tenants whose requests differ; each request of the workload has to name one of them");

    private static readonly Key<int> OutputTokensMax = Key.Or(
        "output-tokens-max", Scalars.Whole(1, 100_000_000), "the workload's largest output, rounded up to a power of two",
        "output limit that every request declares; longer outputs are cut");

    /// <summary>All of it.</summary>
    public static SectionShape<ClientPlan> Shape { get; } = new(
        [Loop, RequestTime, Timeout, Deadline, Retries, Tenants, OutputTokensMax], Clients, CheckTenants);

    private static ClientPlan Clients(Section section) => new(
        new ClientOptions
        {
            Loop = section.Part(Loop)?.Value ?? new OpenLoop(),
            RequestUs = section.Part(RequestTime),
            TimeoutUs = section.Value(Timeout),
            DeadlineUs = section.Value(Deadline),
            Retries = section.Part(Retries),
            Tenants = section.Part(Tenants)?.Value ?? [],
        },
        section.Value(OutputTokensMax));

    private static Func<int, double> RequestUs(Section section)
    {
        var (us, perToken) = (section.Get(Fixed, 0), section.Get(PerToken, 0));
        return tokens => us + (perToken * tokens);
    }

    private static RetryOptions Retried(Section section)
    {
        var usual = new RetryOptions();
        return new RetryOptions
        {
            AttemptsMax = section.Get(Attempts, usual.AttemptsMax),
            BackoffUs = section.Get(Backoff, usual.BackoffUs),
            BackoffFactor = section.Get(BackoffFactor, usual.BackoffFactor),
            BackoffUsMax = section.Get(BackoffMax, usual.BackoffUsMax),
            Jitter = section.Get(Jitter, usual.Jitter),
            BudgetShare = section.Value(BudgetShare),
            BudgetFloor = section.Get(BudgetFloor, usual.BudgetFloor),
        };
    }

    private static void CheckRetries(Section section)
    {
        var usual = new RetryOptions();
        var (first, longest) = (section.Get(Backoff, usual.BackoffUs), section.Get(BackoffMax, usual.BackoffUsMax));
        if (first > longest)
        {
            section.Refuse(
                section.Has(BackoffMax) ? BackoffMax : Backoff,
                "makes the longest wait (backoff-max) shorter than the first (backoff); right is a backoff-max of at least backoff.");
        }
        if (section.Has(BudgetFloor) && !section.Has(BudgetShare))
        {
            section.Refuse(BudgetFloor, "has no meaning without budget-share; give both or neither.");
        }
    }

    private static TenantSpec Tenant(Section section) => new()
    {
        Name = section.Get(Name),
        Weight = section.Get(Weight, 1),
        Priority = section.Get(Priority, 0),
        Class = section.Get(Class, 0),
        TimeoutUs = section.Value(TenantTimeout),
        DeadlineUs = section.Value(TenantDeadline),
    };

    private static void CheckTenants(Section section)
    {
        if (section.TryGet(Tenants, out var tenants)
            && tenants.Value.GroupBy(tenant => tenant.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            section.Refuse(Tenants, $"names '{twice.Key}' twice; right are different names.");
        }
    }
}
