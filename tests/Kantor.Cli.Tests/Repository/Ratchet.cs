namespace Kantor.Cli.Tests.Repository;

/// <summary>
/// A limit with a list of the places that exceed it, each with the figure that it may have at most. The list only shrinks: a place that is not
/// listed, one that has grown, and one that is listed without need all fail.
/// </summary>
internal static class Ratchet
{
    /// <summary>Fails for every place that breaks the limit or the list.</summary>
    /// <param name="found">Every place with its figure; of one that occurs several times the largest counts.</param>
    /// <param name="most">The limit.</param>
    /// <param name="listed">Places above the limit, and the largest figure that each may have.</param>
    public static void Check(IEnumerable<(string Where, int Figure)> found, int most, params (string Where, int Figure)[] listed)
    {
        var faults = Faults(found, most, listed);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>What is wrong, a sentence each; empty when nothing is.</summary>
    public static IReadOnlyList<string> Faults(IEnumerable<(string Where, int Figure)> found, int most, params (string Where, int Figure)[] listed)
    {
        var above = found.Where(place => place.Figure > most).GroupBy(place => place.Where)
            .ToDictionary(place => place.Key, place => place.Max(one => one.Figure));
        var ceilings = listed.ToDictionary(place => place.Where, place => place.Figure);
        return
        [
            .. above.Where(place => place.Value > ceilings.GetValueOrDefault(place.Key, most))
                .Select(place => $"{place.Key} has {place.Value}; at most {ceilings.GetValueOrDefault(place.Key, most)} are allowed.").Order(),
            .. ceilings.Keys.Where(place => !above.ContainsKey(place))
                .Select(place => $"{place} keeps to {most}; take it off the list.").Order(),
        ];
    }
}
