using Kantor.Core.Objectives;

namespace Kantor.Cli.Simulate;

/// <summary>How an objective is shown: plain goodput as the limits that make it up, anything else as it is written.</summary>
internal static class ObjectiveText
{
    public static string Of(Objective objective) =>
        objective.Slo.ToString() is { Length: > 0 } limits && objective.Equals(Objective.Goodput(objective.Slo)) ? limits : objective.ToString();
}
