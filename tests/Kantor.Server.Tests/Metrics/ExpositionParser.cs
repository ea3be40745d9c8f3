using System.Globalization;
using System.Text.RegularExpressions;

namespace Kantor.Server.Tests.Metrics;

/// <summary>One line of numbers.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>One metric with all its samples.</summary>
internal sealed record Family(string Name, string Type, string Help, IReadOnlyList<Sample> Samples);

/// <summary>A strict reader of Prometheus' text format 0.0.4: HELP, then TYPE, then samples, every family once.</summary>
internal static partial class ExpositionParser
{
    public static IReadOnlyDictionary<string, Family> Parse(string text)
    {
        Assert.EndsWith("\n", text);
        var families = new Dictionary<string, Family>();
        var lines = new Queue<string>(text[..^1].Split('\n'));
        while (lines.TryDequeue(out var line))
        {
            var help = HelpLine().Match(line);
            Assert.True(help.Success, line);
            var type = TypeLine().Match(lines.Dequeue());
            Assert.Equal(help.Groups[1].Value, type.Groups[1].Value);
            var samples = new List<Sample>();
            while (lines.TryPeek(out var next) && !next.StartsWith('#')) samples.Add(ParseSample(lines.Dequeue()));
            var family = new Family(type.Groups[1].Value, type.Groups[2].Value, help.Groups[2].Value, samples);
            Assert.NotEmpty(samples);
            Assert.All(samples, sample => Assert.True(Belongs(sample.Name, family), sample.Name));
            families.Add(family.Name, family);
        }

        return families;
    }

    private static bool Belongs(string sample, Family family) => family.Type == "histogram"
        ? sample == $"{family.Name}_bucket" || sample == $"{family.Name}_sum" || sample == $"{family.Name}_count"
        : sample == family.Name;

    private static Sample ParseSample(string line)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success, line);
        var labels = LabelPair().Matches(match.Groups[2].Value).ToDictionary(pair => pair.Groups[1].Value, pair => pair.Groups[2].Value);
        return new Sample(match.Groups[1].Value, labels, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (gauge|counter|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*",?)*)\} (-?[0-9.eE+-]+)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)",?""")]
    private static partial Regex LabelPair();
}
