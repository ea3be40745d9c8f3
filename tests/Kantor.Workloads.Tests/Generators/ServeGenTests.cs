using System.Formats.Tar;
using System.Text;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Tests.Traces;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Generators;

public class ServeGenTests
{
    private const string Trace0 = "data/m/chunk-0-trace.csv";
    private const string Lengths0 = "data/m/chunk-0-dataset.json";
    private const string Rates = "0,2,0.5,Gamma,4,99\n600,4,1,,,\n1200,1,2.2360679,Weibull,0.5,0.5\n1800,0,0,,,\n";
    private const string Lengths = """{"0": {"input_tokens": "{100: 0.75, 200: 0.25}", "output_tokens": "{7: 1.0}"}, "21600": {"input_tokens": "{}", "output_tokens": "{}"}}""";

    [Fact]
    public void Plain_and_gzip_archives_hold_clients_in_order_and_other_members_are_passed_over()
    {
        foreach (var content in (byte[][])[Tar((Lengths0, Lengths), (Trace0, Rates), ("data/m/readme", "x")), TraceFiles.Gzip(Tar((Trace0, Rates), (Lengths0, Lengths)))])
        {
            var model = Load(content);
            var client = Assert.Single(model.Clients);
            Assert.Equal([ServeGenLaw.Gamma, ServeGenLaw.Poisson, ServeGenLaw.Weibull, ServeGenLaw.Poisson], client.Windows.Select(window => window.Law));
            Assert.Single(client.Lengths);
            Assert.Equal(4200, model.RequestsExpected, 6);
        }

        Assert.Equal([2, 10], Load(Tar(("chunk-10-trace.csv", Rates), ("chunk-2-trace.csv", Rates))).Clients.Select(client => client.Number));
    }

    [Fact]
    public void Rates_and_lengths_may_be_in_two_archives()
    {
        var folder = Directory.CreateTempSubdirectory("kantor-servegen-").FullName;
        string Write(string name, byte[] content)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
            return Path.Combine(folder, name);
        }

        try
        {
            var model = ServeGenModel.Load(Write("rates.tar", Tar((Trace0, Rates))), Write("lengths.tar.gz", TraceFiles.Gzip(Tar((Lengths0, Lengths)))));
            Assert.Equal((4, 1), (Assert.Single(model.Clients).Windows.Count, model.Clients[0].Lengths.Count));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Rates_gaps_and_lengths_are_those_of_the_windows()
    {
        var trace = ServeGenGenerator.Draw(Load(Tar((Trace0, Rates), (Lengths0, Lengths))), new ServeGenOptions { RateScale = 50 }, 1);
        Assert.InRange(In(0).Length, 58_500, 61_500);
        Assert.InRange(In(600).Length, 118_000, 122_000);
        Assert.InRange(In(1200).Length, 28_500, 31_500);
        Assert.Empty(In(1800));
        Assert.InRange(Cv(In(0)), 0.48, 0.52);
        Assert.InRange(Cv(In(600)), 0.98, 1.02);
        Assert.InRange(Cv(In(1200)), 2.1, 2.4);
        Assert.InRange(trace.Average(request => request.PromptTokens), 124, 126);
        Assert.All(trace, request => Assert.Equal((7, "client-0"), (request.OutputTokens, request.Tenant)));

        TraceRequest[] In(long startS) => [.. trace.Where(request => request.ArrivalUs / 600_000_000 == startS / 600)];
    }

    [Fact]
    public void Bursty_clients_ask_as_often_as_their_rates_say()
    {
        // Gaps with cv 10: drawn anew in each window they would give 50 requests too many in each of 100 windows of 60.
        var rates = string.Concat(Enumerable.Range(0, 100).Select(window => $"{window * 600},0.1,10,Gamma,0.01,1000\n"));
        var clients = Enumerable.Range(0, 30).Select(client => ($"chunk-{client}-trace.csv", rates)).ToArray();
        var options = new ServeGenOptions { PromptOtherwise = new ConstantLength(1), OutputOtherwise = new ConstantLength(1) };
        Assert.InRange(ServeGenGenerator.Draw(Load(Tar(clients)), options, 1).Count, 0.9 * 180_000, 1.1 * 180_000);
    }

    [Fact]
    public void A_part_is_cut_out_and_starts_at_0()
    {
        var model = Load(Tar((Trace0, Rates), (Lengths0, Lengths)));
        var part = ServeGenGenerator.Draw(model, new ServeGenOptions { FromS = 300, ToS = 900 }, 1);
        Assert.InRange(part[^1].ArrivalUs / 1e6, 590, 600);
        Assert.InRange(part.Count, 1700, 1900);
        Assert.Equal(part.Take(10), ServeGenGenerator.Draw(model, new ServeGenOptions { FromS = 300, ToS = 900, RequestsMax = 10 }, 1));
        Assert.Contains("no request arrives", Assert.Throws<TraceException>(() => ServeGenGenerator.Draw(model, new ServeGenOptions { FromS = 1800 }, 1)).Message);
    }

    [Fact]
    public void Clients_without_lengths_need_laws_for_them_and_parts_of_a_prompt_add_up()
    {
        var rates = Load(Tar((Trace0, Rates)));
        Assert.Contains("1 of 1 clients have no lengths", Assert.Throws<TraceException>(() => ServeGenGenerator.Draw(rates, new ServeGenOptions(), 1)).Message);
        var options = new ServeGenOptions { PromptOtherwise = new ConstantLength(9), OutputOtherwise = new ConstantLength(3) };
        Assert.All(ServeGenGenerator.Draw(rates, options, 1), request => Assert.Equal((9, 3), (request.PromptTokens, request.OutputTokens)));
        const string Parts = """{"0": {"text_tokens": "{100: 1.0}", "image_tokens": "{0: 0.5, 1000: 0.5}", "audio_tokens": "{0: 1.0}", "output_tokens": "{7: 1.0}"}}""";
        var images = ServeGenGenerator.Draw(Load(Tar((Trace0, Rates), (Lengths0, Parts))), new ServeGenOptions(), 1);
        Assert.Equal([100, 1100], images.Select(request => request.PromptTokens).Distinct().Order());
    }

    [Fact]
    public void Lengths_of_a_window_without_any_are_those_of_the_nearest()
    {
        const string Two = """{"21600": {"input_tokens": "{5: 1}", "output_tokens": "{1: 1}"}, "86400": {"input_tokens": "{6: 1}", "output_tokens": "{1: 1}"}}""";
        var client = Load(Tar((Trace0, Rates), (Lengths0, Two))).Clients[0];
        Assert.Equal([21_600L, 21_600, 21_600, 86_400, 86_400], ((double[])[0, 22_000, 60_000, 80_000, 1e6]).Select(atS => client.LengthsAt(atS)!.StartS));
    }

    [Theory]
    [InlineData("0,1,1,Gamma,1", "line 1: the line has 5 columns; it needs 6: window_start_s")]
    [InlineData("x,1,1,Gamma,1,1", "line 1: window_start_s must be a number")]
    [InlineData("0,-1,1,Gamma,1,1", "line 1: rate_req_per_s must be a number from 0")]
    [InlineData("0,1,1,Pareto,1,1", "line 1: pattern must be Gamma, Weibull or empty")]
    [InlineData("0,1,1,Gamma,0,1", "line 1: p1 must be a number from")]
    [InlineData("0,1,1,Weibull,NaN,1", "line 1: p1 must be a number from")]
    [InlineData("0,1,1,Weibull,1,NaN", "line 1: p2 must be a number from")]
    [InlineData("600,1,1,,,\n0,1,1,,,", "line 2: window_start_s must be at least 600 after")]
    [InlineData("\n", "holds no window")]
    public void A_malformed_rate_names_archive_member_line_and_field(string rates, string expected)
    {
        var error = ErrorOf(Tar((Trace0, rates)));
        Assert.StartsWith($"model.tar, {Trace0}", error);
        Assert.Contains(expected, error);
    }

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "must be a JSON object of windows")]
    [InlineData("""{"x": {}}""", "the key 'x' must be the start of a window")]
    [InlineData("""{"0": 7}""", "window 0 must be an object")]
    [InlineData("""{"0": {"input_tokens": {"5": 1}, "output_tokens": "{5: 1}"}}""", "input_tokens of window 0 must be a text such as")]
    [InlineData("""{"0": {"input_tokens": "{5: x}", "output_tokens": "{5: 1}"}}""", "input_tokens of window 0 must be a text such as")]
    [InlineData("""{"0": {"input_tokens": "{-5: 1}", "output_tokens": "{5: 1}"}}""", "input_tokens of window 0 must be a text such as")]
    [InlineData("""{"0": {"input_tokens": "{5: 1}"}}""", "window 0 has lengths of one side only")]
    public void Malformed_lengths_name_archive_member_and_window(string lengths, string expected)
    {
        var error = ErrorOf(Tar((Trace0, Rates), (Lengths0, lengths)));
        Assert.StartsWith($"model.tar, {Lengths0}", error);
        Assert.Contains(expected, error);
    }

    [Fact]
    public void What_is_no_archive_of_clients_says_what_would_be()
    {
        Assert.Contains("holds no client", ErrorOf(Tar(("readme", "x"))));
        Assert.Contains("holds no client with rates", ErrorOf(Tar((Lengths0, Lengths))));
        Assert.Contains("client 5 has lengths and no rates", ErrorOf(Tar((Trace0, Rates), ("chunk-5-dataset.json", Lengths))));
        Assert.Contains("is in the archive twice", ErrorOf(Tar((Trace0, Rates), ("other/chunk-0-trace.csv", Rates))));
        Assert.Contains("no whole tar archive", ErrorOf(Encoding.UTF8.GetBytes(new string('x', 2000))));
        var whole = TraceFiles.Gzip(Tar((Trace0, Rates)));
        Assert.Contains("no whole tar archive", ErrorOf(whole[..(whole.Length / 2)]));
        Assert.Contains("cannot be read", Assert.Throws<TraceException>(() => ServeGenModel.Load("no/such.tar")).Message);
    }

    [Fact]
    public void A_reader_of_requests_says_what_to_do_with_an_archive()
    {
        foreach (var content in (byte[][])[Tar((Trace0, Rates)), TraceFiles.Gzip(Tar((Trace0, Rates)))]) Assert.Contains("kantor trace generate --servegen", TraceFiles.ErrorOf(content));
    }

    private static ServeGenModel Load(byte[] content) => ServeGenModel.Load(new MemoryStream(content), "model.tar");

    private static string ErrorOf(byte[] content) => Assert.Throws<TraceException>(() => Load(content)).Message;

    private static double Cv(TraceRequest[] requests) => TraceStatistics.Of(requests).GapCv!.Value;

    private static byte[] Tar(params (string Name, string Text)[] members)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var (name, text) in members)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        return stream.ToArray();
    }
}
