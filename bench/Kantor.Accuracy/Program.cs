using System.Collections.Concurrent;
using System.Globalization;
using Kantor.Accuracy.Silicon;

namespace Kantor.Accuracy;

internal static class Program
{
    private static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (Runs.RunFolder.IsRun(args[0]))
        {
            foreach (var path in args) foreach (var c in Runs.RunPredictor.Predict(Runs.RunFolder.Read(path)))
                Console.WriteLine($"{c.Model} {c.Gpu} {c.Id} ttft {c.TtftMs:F0} {c.PredictedTtftMs:F0} {c.TtftError:P1}  tpot {c.TpotMs:F2} {c.PredictedTpotMs:F2} {c.TpotError:P1} {c.NotCovered}");
            return 0;
        }
        var rowsFile = args[1];
        var every = int.Parse(args[2]);
        var filter = args.Length > 3 ? args[3] : "";
        var rows = SiliconRow.ReadAll(args[0]).Where(row => row.Id.Contains(filter, StringComparison.Ordinal)).Where((_, i) => i % every == 0).ToList();
        var results = new ConcurrentBag<Comparison>();
        Parallel.ForEach(rows, row => results.Add(SiliconPredictor.Predict(args[0], row)));
        var list = results.OrderBy(r => r.Model).ThenBy(r => r.Gpu).ThenBy(r => r.Engine).ThenBy(r => r.Id).ToList();
        File.WriteAllLines(rowsFile, list.Select(r => $"{r.Model},{r.Gpu},{r.Engine},{r.Load},{r.Id},{r.TtftMs:F1},{r.PredictedTtftMs:F1},{r.TpotMs:F2},{r.PredictedTpotMs:F2},{r.NotCovered}"));
        foreach (var g in list.GroupBy(r => (r.Model, r.Gpu, r.Engine)))
        {
            var s = ErrorSummary.Of([.. g]);
            Console.WriteLine($"{g.Key,-50} rows {s.Rows} cov {s.Covered} ttft {s.TtftMedian:P0} p90 {s.TtftP90:P0} bias {s.TtftBias:P0} tpot {s.TpotMedian:P1} p90 {s.TpotP90:P0} bias {s.TpotBias:P0}");
        }

        var all = ErrorSummary.Of(list);
        Console.WriteLine(all);
        foreach (var g in list.Where(r => r.NotCovered is not null).GroupBy(r => r.NotCovered).OrderByDescending(g => g.Count()).Take(15)) Console.WriteLine($"{g.Count()} {g.Key}");
        return 0;
    }
}
