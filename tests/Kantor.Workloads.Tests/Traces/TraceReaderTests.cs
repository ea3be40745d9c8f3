using System.Text;
using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class TraceReaderTests
{
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Both_line_ends_a_byte_order_mark_and_empty_lines_are_read(string end)
    {
        var text = "\uFEFF" + Row(0) + end + end + Row(7) + end;
        Assert.Equal([0L, 7000L], Load(Encoding.UTF8.GetBytes(text)).Requests.Select(request => request.ArrivalUs));
        Assert.Equal(2, Load(Encoding.UTF8.GetBytes(text.TrimEnd())).Requests.Count);
    }

    [Fact]
    public void Plain_and_gzip_of_one_and_of_several_members_give_the_same()
    {
        var (first, second) = (Bytes(Row(0), Row(5)), Bytes(Row(9, 600, 1)));
        var expected = Load([.. first, .. second]).Requests;
        Assert.Equal(3, expected.Count);
        Assert.Equal(expected.Select(Text), Load(Gzip([.. first, .. second])).Requests.Select(Text));
        Assert.Equal(expected.Select(Text), Load([.. Gzip(first), .. Gzip(second)]).Requests.Select(Text));
    }

    [Fact]
    public void Gzip_that_is_cut_short_anywhere_is_an_error_and_never_a_shorter_trace()
    {
        var whole = Gzip(Bytes([.. Enumerable.Range(0, 200).Select(index => Row(index, 600, 1 + (index * 37 % 100)))]));
        for (var length = 2; length < whole.Length; length += length < whole.Length - 40 ? 23 : 1)
        {
            Assert.Contains("cannot be read on: the gzip data are cut short or damaged", ErrorOf(whole[..length]), StringComparison.OrdinalIgnoreCase);
        }

        whole[^6] ^= 1;
        Assert.Contains("cannot be read on", ErrorOf(whole));
    }

    [Fact]
    public void Lines_longer_than_the_buffer_are_read_and_those_beyond_the_limit_are_not()
    {
        var ids = string.Join(',', Enumerable.Range(0, 20_000));
        var wide = Row(0, 20_000 * 512, 1, ids);
        Assert.Equal(20_000, Load(Bytes(wide)).Requests[0].BlockIds.Length);
        var limit = new TraceReadOptions { LineBytesMax = 1000 };
        Assert.Contains("line 2: the line is longer than 1000 bytes", ErrorOf(Bytes(Row(0), wide, Row(1)), limit));
        var kept = Load(Bytes(Row(0), wide, Row(1)), limit with { SkipsBadLines = true });
        Assert.Equal((2, 1L), (kept.Requests.Count, kept.LinesSkipped));
        Assert.Equal(2, Load(Bytes(Row(0), Row(1), wide), limit with { SkipsBadLines = true }).Requests.Count);
    }

    [Fact]
    public void A_line_of_exactly_the_limit_is_read_and_one_byte_more_is_not()
    {
        var row = Row(0);
        foreach (var end in (string[])["", "\n", "\n" + row])
        {
            Assert.NotEmpty(Load(Encoding.UTF8.GetBytes(row + end), new TraceReadOptions { LineBytesMax = row.Length }).Requests);
            Assert.Contains("longer", ErrorOf(Encoding.UTF8.GetBytes(row + end), new TraceReadOptions { LineBytesMax = row.Length - 1 }));
        }
    }

    [Fact]
    public void Times_that_run_backwards_are_refused_with_the_line()
    {
        Assert.Contains("trace.file, line 3: the time is before that of the line above", ErrorOf(Bytes(Row(0), Row(5), Row(4))));
        var kept = Load(Bytes(Row(0), Row(5), Row(4), Row(6)), new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal((3, 1L), (kept.Requests.Count, kept.LinesSkipped));
        Assert.StartsWith("line 3", kept.FirstFault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData(AzureHeader)]
    public void A_file_without_requests_says_so(string text) => Assert.Contains("holds no request", ErrorOf(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_file_of_another_kind_is_answered_with_the_formats_that_are_known()
    {
        foreach (var first in (string[])["hello", "2023-11-16 18:17:03.9799600,4808,10", "PK\u0003\u0004", "[1,2]"])
        {
            var error = ErrorOf(Bytes(first, Row(0)));
            Assert.Contains("line 1", error);
            Assert.Contains("Mooncake", error);
            Assert.Contains(AzureHeader, error);
        }

        Assert.Contains("first fault: line 1", ErrorOf(Bytes("hello", "world"), new TraceReadOptions { SkipsBadLines = true }));
    }

    [Fact]
    public void Reading_stops_at_the_asked_number_and_fails_beyond_the_largest()
    {
        var three = Bytes(Row(0), Row(1), Row(2), "broken");
        Assert.Equal(2, Load(three, new TraceReadOptions { RequestsLimit = 2 }).Requests.Count);
        Assert.Contains("more than 2 requests", ErrorOf(three, new TraceReadOptions { RequestsMax = 2 }));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<TraceException>(() => TraceReader.Open("no/such/file.jsonl", new TraceReadOptions()));
        Assert.StartsWith("no/such/file.jsonl: cannot be opened", error.Message);
    }

    private static string Text(TraceRequest request) =>
        $"{request.ArrivalUs} {request.PromptTokens} {request.OutputTokens} {string.Join(',', request.BlockIds)}";
}
