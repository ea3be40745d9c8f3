using System.Text;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Routing;

namespace Kantor.Cli.Policies;

/// <summary>Every policy of the shelves, as a page or as a list.</summary>
internal static class PolicyPage
{
    /// <summary>The page of the documents.</summary>
    public static string Markdown(PolicyShelves shelves)
    {
        var page = new StringBuilder();
        page.Append("# Policies\n\nEvery policy by decision. Made from the code: `kantor policies --markdown > docs/policies.md`.\n\n"
            + "A policy is written `NAME` or `NAME:KEY=VALUE:KEY=VALUE`, such as `svf:backfilling=false`, after options of the command "
            + "line and in the\n"
            + "server's settings; lists are apart by commas. In scenario files the options are keys below the name. What is not written "
            + "is as usual.\n");
        foreach (var section in Sections(shelves))
        {
            page.Append($"\n## {section.Title}\n\n{section.Where}\n\n");
            Append(page, ["policy", "what it does", "source", .. section.Columns]);
            Append(page, [.. section.Entries[0].Cells.Select(_ => "---")], "|");
            foreach (var entry in section.Entries) Append(page, entry.Cells);
            AppendGuarantees(page, section);
            if (section.Entries.All(entry => entry.Options.Count == 0)) continue;
            page.Append("\n| option | right is | usually | what it decides |\n|---|---|---|---|\n");
            foreach (var (entry, key) in section.Entries.SelectMany(entry => entry.Options.Select(key => (entry, key))))
            {
                page.Append($"| `{entry.Name}:{key.Name}` | {key.Range} | {key.Usual} | {key.Help} |\n");
            }
        }

        return page.ToString();
    }

    /// <summary>The list of a terminal.</summary>
    public static string Text(PolicyShelves shelves)
    {
        var list = new StringBuilder();
        foreach (var section in Sections(shelves))
        {
            list.Append($"{section.Title} ({section.Where})\n");
            foreach (var entry in section.Entries)
            {
                list.Append($"  {entry.Name,-22} {entry.Card.Help} [{entry.Card.Source}]\n");
                foreach (var key in entry.Options) list.Append($"    :{key.Name}={key.Usual,-8} {key.Help}; {key.Range}\n");
            }

            list.Append('\n');
        }

        return list.ToString();
    }

    private static void Append(StringBuilder page, IEnumerable<string> cells, string apart = " | ") =>
        page.Append(apart.TrimStart()).AppendJoin(apart, cells).Append(apart.TrimEnd()).Append('\n');

    private static void AppendGuarantees(StringBuilder page, Section section)
    {
        var proved = section.Entries.Where(entry => entry.Card.Guarantee is not null).ToArray();
        if (proved.Length == 0) return;
        page.Append("\n| proved of | in the setting | that |\n|---|---|---|\n");
        foreach (var entry in proved) page.Append($"| `{entry.Name}` | {entry.Card.Model} | {entry.Card.Guarantee} |\n");
    }

    private static IEnumerable<Section> Sections(PolicyShelves shelves) =>
    [
        Of("Batch planning", "`--policy`; what a replica computes in a step", shelves.Planners, Known),
        Of("Admission", "`--admission`; which requests are let in", shelves.Admissions, ("reads", entry => Words(Usual(entry).Reads))),
        Of("Retention", "`--retention`; which cached KV gives its room up first", shelves.Retentions),
        Of("Routing", "`--routing`; which replica gets a request", shelves.Routers, KnownOfRouters),
        Of("Length beliefs", "`--predictor`; what is believed of output lengths", shelves.Predictors),
        Of("Scaling", "`autoscaler` of a scenario; how many replicas there should be", shelves.Autoscalers),
    ];

    private static (string, Func<PolicyEntry<IBatchPlanner>, string>)[] Known =>
    [
        ("must know of lengths", entry => Words(entry.Card.Information)),
        ("rests on", entry => Words(entry.Card.Evidence)),
        ("a decision costs", entry => entry.Card.Cost ?? ""),
        ("promises", entry => Words(entry.Card.Promises)),
    ];

    private static (string, Func<PolicyEntry<IRouter>, string>)[] KnownOfRouters =>
    [
        ("reads", entry => Words(Usual(entry).Reads)),
        ("must know of lengths", entry => Words(entry.Card.Information)),
        ("rests on", entry => Words(entry.Card.Evidence)),
        ("a decision costs", entry => entry.Card.Cost ?? ""),
    ];

    private static Section Of<T>(
        string title, string where, PolicyShelf<T> shelf, params (string Title, Func<PolicyEntry<T>, string> Value)[] columns)
        where T : class =>
            new(
                title,
                where,
                [.. columns.Select(column => column.Title)],
                [
                    .. shelf.Entries.Select(entry =>
                        new Row(entry.Name, entry.Card, [.. columns.Select(column => column.Value(entry))], entry.Options)),
                ]);

    private static T Usual<T>(PolicyEntry<T> entry)
        where T : class => entry.Make(PolicySpec.Of(entry.Name));

    /// <summary>The flags that are set, as words: PrefixHits as "prefix hits".</summary>
    private static string Words(Enum flags) => string.Concat(flags.ToString().Select((letter, index) =>
        char.IsUpper(letter) && index > 0 && flags.ToString()[index - 1] != ' '
            ? $" {char.ToLowerInvariant(letter)}"
            : $"{char.ToLowerInvariant(letter)}"));

    private sealed record Section(string Title, string Where, IReadOnlyList<string> Columns, IReadOnlyList<Row> Entries);

    private sealed record Row(string Name, PolicyCard Card, IReadOnlyList<string> Further, IReadOnlyList<OptionKey> Options)
    {
        /// <summary>What stands of it in the table.</summary>
        public IEnumerable<string> Cells => [$"`{Name}`", Card.Help, Card.Source, .. Further];
    }
}
