using System.Globalization;
using System.Text;

namespace Kantor.Accuracy.InferenceX;

/// <summary>Writes the comparisons of runs of sessions, and where their contexts cease to be found again.</summary>
internal static class CliffReport
{
    private const string Source = """
        InferenceX replays coding sessions in a closed loop of users: about 80,000 tokens of prompt a request, of which 95 % were there in the request before, and 3,000 tokens of answer.
        Up to 16 users on four B200 the device's cache serves 87 to 95 % of the prompts' tokens and the first token comes after 0.8 s; at 24 users it serves 7 % and the first token takes 21 s, at 32 users
        0.1 % and 197 s. The contexts of 16 users fit into the device's KV memory and those of 24 do not: users come round in turn, so that a cache which evicts what was used longest ago loses each context just
        before its user is back. With KV kept in host memory, that serves 77 to 83 % from 24 to 48 users and 11 % at 64: the cliff moves to where host memory is full.
        Most runs on eight B200 are incomplete (fewer than 60 requests, or well short of half an hour), and none of those found anything in host memory; they are listed, not to be relied on.
        """;

    private const string Method = """
        A cliff lies between the two numbers of users between which the part of the prompts' tokens that is found, on the device or in host memory, falls below half of what it is with the fewest users.
        The closed form is KV tokens (from the devices' memory, the model's shape and its formats; with offload those of host memory, which holds a copy of everything) over the tokens that a session has when a
        request is over. The simulation replays sessions on the scheduler of vLLM with prefix caching, for as long as the row lasted, with one seed:

        - the sessions recorded in `kv-cache-tester` (534; the runs used a larger release of the same set), one user a session at a time, thinking as long as recorded but a minute at most, without prompts
          beyond 128,000 tokens and without sub-agents. Users are dealt the same sessions in every run, entered at the same request: for 64 of them the tables of requests tell which, and where they name a
          recorded session its replay begins there. All other sessions are drawn at random, the first of a user entered in its first 70 %;
        - answers of 50 to 150 % of the row's mean, because the runs did not cap them and they are not recorded;
        - 128 GiB of host memory and 50 GB/s a device, which the rows do not tell. The last table varies both: the repair at 24 and 32 users needs neither figure; host memory moves the cliff with offload, to
          between 32 and 48 users with 30 % less and beyond 64 with 30 % more, and the link hardly matters.

        The simulated hit rate without offload begins to fall at 24 users, which is where the closed form puts the cliff, and is below half at the next step of the sweep; the measured one is at the bottom at 24 already. Blocks
        are freed in turn, as vLLM frees them (`in-turn`); without that the hit rate at 24 users is 0.67 instead of 0.69, so it is not what differs. With offload, both fall between 48 and 64 users.
        Neither time-outs nor failed requests are simulated, and rows hold 15 to 236 requests: hit rates and the order of magnitude of the times are what can be compared.
        """;

    /// <summary>The section; nothing without such runs.</summary>
    public static void Append(StringBuilder text, IEnumerable<Comparison> rows, IReadOnlyList<OffloadVariation> variations)
    {
        var runs = Outcomes(rows);
        if (runs.Count == 0) return;
        text.AppendLine("## KV cliff").AppendLine();
        text.AppendLine(Source).AppendLine();
        text.AppendLine(Method).AppendLine();
        Cliffs(text, KvCliff.Of(runs));
        text.AppendLine("Measured / predicted, by number of users; found is the part of the prompts' tokens that was not computed:").AppendLine();
        foreach (var sweep in runs.GroupBy(run => (run.Row.TensorParallel, run.Row.Gpu, run.Row.Offloads)).OrderBy(sweep => sweep.Key)) Runs(text, sweep.OrderBy(run => run.Row.Users));
        Variations(text, variations);
    }

    /// <summary>The cliffs on the terminal.</summary>
    public static void Print(IEnumerable<Comparison> rows, IReadOnlyList<OffloadVariation> variations)
    {
        foreach (var run in Outcomes(rows).Where(run => run.Prediction is not null)) Console.WriteLine($"{run.Row.Id}: {string.Join("; ", Cells(run))}");
        foreach (var cliff in KvCliff.Of(Outcomes(rows)))
        {
            Console.WriteLine(
                $"{cliff.Deployment}, offload {OnOff(cliff.Offloads)}: {cliff.KvTokens:N0} KV tokens, {cliff.TokensPerUser:N0} a user: cliff in closed form at {cliff.UsersPredicted:F1} users, "
                + $"simulated {Between(cliff.UsersSimulated)}, measured {Between(cliff.UsersMeasured)}");
        }

        foreach (var variation in variations) Console.WriteLine($"{variation.Assumption}: {string.Join("; ", variation.Sweep.Select(point => $"{point.Users} users {Cell(point.Prediction)}"))}");
    }

    private static void Cliffs(StringBuilder text, IEnumerable<KvCliff> cliffs)
    {
        text.AppendLine("| deployment | offload | KV tokens, predicted | tokens a user | users that fit | cliff simulated | cliff measured |").AppendLine("|---|---|---:|---:|---:|---:|---:|");
        foreach (var cliff in cliffs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {cliff.Deployment} | {OnOff(cliff.Offloads)} | {cliff.KvTokens:N0} | {cliff.TokensPerUser:N0} | {cliff.UsersPredicted:F1} ");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {Between(cliff.UsersSimulated)} | {Between(cliff.UsersMeasured)} |");
        }

        text.AppendLine();
    }

    private static void Runs(StringBuilder text, IEnumerable<AgenticOutcome> sweep)
    {
        text.AppendLine("| run | requests | mean prompt, tokens | found on the device | found in host memory | output tokens/s | TTFT p50 s | TPOT p50 ms |").AppendLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var run in sweep) text.AppendLine(CultureInfo.InvariantCulture, $"| {run.Row.Id} | {string.Join(" | ", Cells(run).Select(cell => cell[(cell.IndexOf(' ') + 1)..]))} |");
        text.AppendLine();
    }

    /// <summary>Name and figures of each quantity of a run.</summary>
    private static IEnumerable<string> Cells(AgenticOutcome run)
    {
        var (row, prediction) = (run.Row, run.Prediction);
        yield return "requests " + Pair(row.Completed, prediction?.Completed, "F0");
        yield return "prompt " + Pair(row.PromptTokensMean, prediction?.PromptTokensMean, "N0");
        yield return "device " + Pair(row.DeviceHitRate, prediction?.DeviceHitRate, "F3");
        yield return "host " + Pair(row.HostHitRate, prediction?.HostHitRate, "F3");
        yield return "tokens/s " + Pair(row.OutputTokensPerS, prediction?.OutputTokensPerS, "F0");
        yield return "TTFT/s " + Pair(row.TtftMedianMs / 1e3, prediction?.TtftMedianMs / 1e3, "F1");
        yield return "TPOT/ms " + Pair(row.ItlMedianMs, prediction?.TpotMedianMs, "F1");
    }

    private static void Variations(StringBuilder text, IReadOnlyList<OffloadVariation> variations)
    {
        if (variations.Count == 0) return;
        text.AppendLine("Predicted part of the prompts' tokens that is found, and TTFT p50, with offload under other assumptions:").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| assumption | {string.Join(" | ", variations[0].Sweep.Select(point => $"{point.Users} users"))} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(variations[0].Sweep.Select(_ => "---:|"))}");
        foreach (var variation in variations) text.AppendLine(CultureInfo.InvariantCulture, $"| {variation.Assumption} | {string.Join(" | ", variation.Sweep.Select(point => Cell(point.Prediction)))} |");
        text.AppendLine();
    }

    private static List<AgenticOutcome> Outcomes(IEnumerable<Comparison> rows) => [.. rows.Select(row => row.Agentic).OfType<AgenticOutcome>()];

    private static string Cell(AgenticPrediction prediction) => string.Create(CultureInfo.InvariantCulture, $"{prediction.HitRate:F2}, {prediction.TtftMedianMs / 1e3:F1} s");

    private static string OnOff(bool offloads) => offloads ? "on" : "off";

    private static string Between((int Above, int Below)? users) => users is var (above, below) ? $"between {above} and {below} users" : "none";

    private static string Pair(double? measured, double? predicted, string format) => $"{Figure(measured, format)} / {Figure(predicted, format)}";

    private static string Figure(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
