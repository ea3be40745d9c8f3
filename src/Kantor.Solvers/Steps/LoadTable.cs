using Google.OrTools.Sat;
using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Core.StepTime;

namespace Kantor.Solvers.Steps;

/// <summary>
/// Every load that a step can have, and how long it takes: so any model of step times, linear or not, becomes a constraint without an
/// error. Of the figures of a load only those are columns that the duration depends on.
/// </summary>
internal sealed class LoadTable
{
    private const int RowsMax = 20_000;

    /// <summary>Figures of a load, all of them sums over its grants.</summary>
    private static readonly Func<StepLoad, long>[] Figures =
    [
        load => load.PrefillTokens, load => load.DecodeSequences, load => load.DecodeKvTokens, load => load.PrefillKvTokens,
        load => (long)load.PrefillAttention,
    ];

    private readonly Func<StepLoad, long>[] _columns;
    private readonly long[][] _rows;

    private LoadTable(Func<StepLoad, long>[] columns, Dictionary<StepLoad, long> durations)
    {
        _columns = columns;
        _rows = [.. durations.Select(each => (long[])[.. columns.Select(column => column(each.Key)), each.Value]).DistinctBy(Key)];
        LongestDuration = durations.Values.Max();
    }

    /// <summary>The longest duration of a step, in units.</summary>
    public long LongestDuration { get; }

    /// <summary>The table of requests with these grants.</summary>
    /// <param name="grants">Per request, what a step may compute of it.</param>
    /// <param name="fleet">What a step may hold, and how long it takes.</param>
    /// <param name="clock">Units of time.</param>
    /// <exception cref="TooManyStatesException">There are more loads than a solver should be given.</exception>
    public static LoadTable Of(IReadOnlyList<Grant[]> grants, FleetFacts fleet, Clock clock)
    {
        var durations = Loads(grants, fleet).ToDictionary(load => load, load => clock.Units(fleet.StepTime.StepUs(load)));
        var columns = Figures.ToList();
        foreach (var figure in Figures)
        {
            columns.Remove(figure);
            if (!Tells(columns, durations)) columns.Add(figure);
        }

        return new LoadTable([.. columns], durations);
    }

    /// <summary>Durations of every load, to see in which units they are whole.</summary>
    public static IEnumerable<StepLoad> Loads(IReadOnlyList<Grant[]> grants, FleetFacts fleet)
    {
        var known = new HashSet<(StepLoad Load, int Sequences)> { default };
        foreach (var choices in grants)
        {
            known.UnionWith(
                [.. known.SelectMany(one => choices.Select(grant => (Load: grant.AddTo(one.Load), Sequences: one.Sequences + 1)))
                    .Where(one => one.Sequences <= fleet.Limits.RunningMax && TokensOf(one.Load) <= fleet.Limits.StepTokensMax)]);
            if (known.Count > RowsMax) throw new TooManyStatesException($"A step can have more than {RowsMax} loads; fewer can be solved.");
        }

        return known.Select(one => one.Load).Distinct();
    }

    /// <summary>A step's duration is that of the row which its grants add up to.</summary>
    /// <param name="model">The model.</param>
    /// <param name="chosen">Grants, and whether the step holds them.</param>
    /// <param name="duration">The step's duration.</param>
    public void Bind(CpModel model, IReadOnlyList<(Grant Grant, BoolVar IsHeld)> chosen, IntVar duration)
    {
        var sums = new List<IntVar>();
        for (var column = 0; column < _columns.Length; column++)
        {
            var sum = model.NewIntVar(0, _rows.Max(row => row[column]), "figure");
            var figure = _columns[column];
            var figures = chosen.Select(one => figure(one.Grant.AddTo(default)));
            model.Add(LinearExpr.WeightedSum(chosen.Select(one => one.IsHeld), figures) == sum);
            sums.Add(sum);
        }

        var table = model.AddAllowedAssignments([.. sums, duration]);
        foreach (var row in _rows) table.AddTuple(row);
    }

    private static int TokensOf(in StepLoad load) => load.PrefillTokens + load.DecodeSequences;

    /// <summary>Whether the duration follows from these figures alone.</summary>
    private static bool Tells(IReadOnlyList<Func<StepLoad, long>> columns, Dictionary<StepLoad, long> durations) => durations
        .GroupBy(each => Key([.. columns.Select(column => column(each.Key))]), each => each.Value)
        .All(same => same.Distinct().Count() == 1);

    private static string Key(long[] row) => string.Join(' ', row);
}
