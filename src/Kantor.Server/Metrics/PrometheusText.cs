using System.Globalization;
using System.Text;

namespace Kantor.Server.Metrics;

/// <summary>Writes Prometheus' text format, version 0.0.4: one HELP and one TYPE line per metric, then its samples.</summary>
internal sealed class PrometheusText(string modelName)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private readonly string _labels = $"model_name=\"{Escape(modelName)}\",engine=\"0\"";

    /// <summary>A value that goes up and down.</summary>
    public void Gauge(string name, string help, double value) => Single(name, "gauge", help, value);

    /// <summary>A value that only grows; the name ends in _total.</summary>
    public void Counter(string name, string help, double value) => Single(name, "counter", help, value);

    /// <summary>A family of counters that differ in one label.</summary>
    public void Counters(string name, string help, string label, IEnumerable<(string Value, long Count)> samples)
    {
        Head(name, "counter", help);
        foreach (var (value, count) in samples) Sample(name, count, $",{label}=\"{Escape(value)}\"");
    }

    /// <summary>A gauge of value 1 whose labels carry the information.</summary>
    public void Info(string name, string help, IEnumerable<(string Label, string Value)> labels)
    {
        Head(name, "gauge", help);
        Sample(name, 1, string.Concat(labels.Select(pair => $",{pair.Label}=\"{Escape(pair.Value)}\"")));
    }

    /// <summary>A histogram with cumulative buckets.</summary>
    public void Histogram(string name, string help, Histogram histogram)
    {
        var (counts, sum) = histogram.Read();
        Head(name, "histogram", help);
        long cumulative = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            cumulative += counts[i];
            var bound = i < histogram.Bounds.Length ? Number(histogram.Bounds[i]) : "+Inf";
            Sample($"{name}_bucket", cumulative, $",le=\"{bound}\"");
        }

        Sample($"{name}_sum", sum);
        Sample($"{name}_count", cumulative);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Single(string name, string type, string help, double value)
    {
        Head(name, type, help);
        Sample(name, value);
    }

    private void Head(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private void Sample(string name, double value, string extraLabels = "") =>
        _text.Append(CultureInfo.InvariantCulture, $"{name}{{{_labels}{extraLabels}}} {Number(value)}\n");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
