using System.Globalization;

namespace Kantor.Reports.Pages;

/// <summary>Maps figures to places along an axis and names its ticks. A logarithmic axis has no place for 0 and below.</summary>
internal sealed record ChartAxis(double Min, double Max, bool IsLog, Func<double, string> Format)
{
    private const int TicksMax = 7;

    /// <summary>A linear axis that holds 0 and all figures.</summary>
    public static ChartAxis Linear(IEnumerable<double> figures, Func<double, string> format)
    {
        double[] all = [0, .. figures];
        var (least, largest) = (all.Min(), all.Max());
        return new ChartAxis(least * 1.05, largest > 0 || least < 0 ? largest * 1.05 : 1, IsLog: false, format);
    }

    /// <summary>A logarithmic axis that holds all figures above 0, at least a decade of them.</summary>
    public static ChartAxis Log(IEnumerable<double> figures, Func<double, string> format)
    {
        double[] positive = [.. figures.Where(figure => figure > 0)];
        var (min, max) = positive.Length == 0 ? (1, 10) : (positive.Min() / 1.1, positive.Max() * 1.1);
        if (max / min >= 10) return new ChartAxis(min, max, IsLog: true, format);
        var widen = Math.Sqrt(10 / (max / min));
        return new ChartAxis(min / widen, max * widen, IsLog: true, format);
    }

    /// <summary>Place from 0 to 1; null where the axis has none.</summary>
    public double? Place(double figure)
    {
        if (!IsLog) return (figure - Min) / (Max - Min);
        return figure > 0 ? Math.Log(figure / Min) / Math.Log(Max / Min) : null;
    }

    /// <summary>Ticks to draw in place of round figures; null for those.</summary>
    public IReadOnlyList<double>? TicksGiven { get; init; }

    /// <summary>Round figures within the axis.</summary>
    public IEnumerable<double> Ticks() => TicksGiven ?? (IsLog ? LogTicks() : LinearTicks());

    /// <summary>A figure with up to three digits.</summary>
    public static string Short(double figure) => figure.ToString(
        Math.Abs(figure) switch { >= 100 => "N0", >= 10 => "0.#", >= 1 => "0.##", _ => "0.####" }, CultureInfo.InvariantCulture);

    /// <summary>Milliseconds in the unit that suits them.</summary>
    public static string Duration(double ms) => ms switch
    {
        >= 1000 => Short(ms / 1000) + " s",
        >= 1 or 0 => Short(ms) + " ms",
        _ => Short(ms * 1000) + " µs",
    };

    private double[] LinearTicks()
    {
        var rough = (Max - Min) / TicksMax;
        var decade = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = decade * (rough / decade) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        var first = (int)Math.Ceiling(Min / step);
        return [.. Enumerable.Range(first, TicksMax + 2).Select(index => index * step).Where(tick => tick <= Max)];
    }

    private double[] LogTicks()
    {
        var decades = Enumerable.Range((int)Math.Floor(Math.Log10(Min)), (int)Math.Ceiling(Math.Log10(Max / Min)) + 2)
            .Select(power => Math.Pow(10, power)).ToArray();
        double[] fine = [.. decades.SelectMany(decade => (double[])[decade, 2 * decade, 5 * decade]).Where(IsWithin)];
        double[] whole = [.. decades.Where(IsWithin)];
        if (fine.Length <= TicksMax) return fine;
        var each = (whole.Length + TicksMax - 1) / TicksMax;
        return [.. whole.Where((_, index) => index % each == 0)];
    }

    private bool IsWithin(double tick) => tick >= Min && tick <= Max;
}
