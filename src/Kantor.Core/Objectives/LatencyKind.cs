namespace Kantor.Core.Objectives;

/// <summary>A latency of one request.</summary>
public enum LatencyKind
{
    /// <summary>Arrival to first token.</summary>
    Ttft,

    /// <summary>Largest gap between two tokens.</summary>
    Gap,

    /// <summary>Mean gap between tokens.</summary>
    Tpot,

    /// <summary>Arrival to last token.</summary>
    E2e,
}

/// <summary>Their names, which are those of <see cref="SloSpec"/>.</summary>
internal static class LatencyKinds
{
    private static readonly (string Name, LatencyKind Kind)[] All =
        [("ttft", LatencyKind.Ttft), ("itl-max", LatencyKind.Gap), ("tpot", LatencyKind.Tpot), ("e2e", LatencyKind.E2e)];

    public static string Names => string.Join(", ", All.Select(one => one.Name));

    public static string NameOf(LatencyKind kind) => Array.Find(All, one => one.Kind == kind).Name;

    public static LatencyKind? Of(string name) => Array.FindIndex(All, one => one.Name == name) is >= 0 and var at ? All[at].Kind : null;
}
