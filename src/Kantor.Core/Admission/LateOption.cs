using Kantor.Core.Catalogue;
using Kantor.Core.Routing;

namespace Kantor.Core.Admission;

/// <summary>What becomes of a request that cannot make it.</summary>
public enum LateFate
{
    /// <summary>It is refused at once.</summary>
    Refuse,

    /// <summary>It is held until nobody waits at any endpoint, and served then.</summary>
    Demote,
}

/// <summary>The option that policies share which find out who cannot make it.</summary>
internal static class LateOption
{
    // Asked again after each step anyhow; this is for times without any.
    private const long AskAgainUs = 100_000;

    private static readonly (string, LateFate)[] Words = [("refuse", LateFate.Refuse), ("demote", LateFate.Demote)];

    public static OptionKey<T> Key<T>(Func<T, LateFate> read, Func<T, LateFate, T> with)
        where T : class, new() => Option.Word(
            "late", Words, read, with, "what becomes of who cannot make it: refused, or held until nobody waits at any endpoint");

    public static Verdict Verdict(LateFate fate, in FleetView fleet, RefusalReason reason)
    {
        if (fate == LateFate.Refuse) return Admission.Verdict.Refuse(reason);
        foreach (ref readonly var endpoint in fleet.Endpoints)
        {
            if (endpoint.Waiting > 0) return Admission.Verdict.Hold(fleet.NowUs + AskAgainUs);
        }

        return Admission.Verdict.Accept;
    }
}
