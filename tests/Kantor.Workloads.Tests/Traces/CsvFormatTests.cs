using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class CsvFormatTests
{
    private const string BurstGpt = "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type";
    private const string Splitwise = "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size";
    private const string Lengths = "num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio";

    [Fact]
    public void BurstGPT_with_sessions_keeps_them_and_times_in_seconds()
    {
        var trace = Load(Bytes(BurstGpt, "5,a,1.5,ChatGPT,472,18,490,Conversation log", "45.25,b,2,GPT-4,1087,230,1317,API log", "118,a,3,ChatGPT,417,276,693,Conversation log", "120,,3,ChatGPT,1,2,3,API log"));
        Assert.Equal("BurstGPT CSV", trace.FormatName);
        Assert.Equal([5_000_000L, 45_250_000, 118_000_000, 120_000_000], trace.Requests.Select(request => request.ArrivalUs));
        Assert.Equal([472, 1087, 417, 1], trace.Requests.Select(request => request.PromptTokens));
        Assert.Equal([18, 230, 276, 2], trace.Requests.Select(request => request.OutputTokens));
        Assert.Equal([("a", 0), ("b", 0), ("a", 1), null], trace.Requests.Select(request => request.Turn is { } turn ? ((string, int)?)(turn.SessionId, turn.Turn) : null));
    }

    [Fact]
    public void BurstGPT_without_sessions_is_read_from_gzip_with_either_line_end()
    {
        var trace = Load(Gzip(Bytes("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\r", "5,ChatGPT,472,18,490,Conversation log\r")));
        Assert.Equal((472, 18), (trace.Requests[0].PromptTokens, trace.Requests[0].OutputTokens));
        Assert.Null(trace.Requests[0].Turn);
    }

    [Fact]
    public void The_splitwise_simulators_trace_is_read_by_the_names_of_its_columns()
    {
        var trace = Load(Bytes(Splitwise, "0,2,0,0.25,1,374,44", "1,2,0,0.5,1,396,109"));
        Assert.Equal("splitwise-sim CSV", trace.FormatName);
        Assert.Equal([(250_000L, 374, 44), (500_000L, 396, 109)], trace.Requests.Select(request => (request.ArrivalUs, request.PromptTokens, request.OutputTokens)));
        var shuffled = Load(Bytes("token_size,arrival_timestamp,prompt_size", "44,0.25,374"));
        Assert.Equal((250_000L, 374, 44), (shuffled.Requests[0].ArrivalUs, shuffled.Requests[0].PromptTokens, shuffled.Requests[0].OutputTokens));
    }

    [Fact]
    public void A_file_of_lengths_arrives_at_once_and_says_so_unless_it_has_times()
    {
        var without = Load(Bytes(Lengths, "74,918,992,0.08", "290,905,1195,0.3"));
        Assert.All(without.Requests, request => Assert.Equal(0, request.ArrivalUs));
        Assert.Contains("no times", without.Note);
        var with = Load(Bytes("arrived_at," + Lengths, "1.5,74,918,992,0.08"));
        Assert.Equal(1_500_000, with.Requests[0].ArrivalUs);
        Assert.Null(with.Note);
    }

    [Theory]
    [InlineData("1,0,1,M,5,6,11", "the line has 7 columns; the header has 8")]
    [InlineData("1,0,1,M,5,6,11,x,y", "the line has 9 columns; the header has 8")]
    [InlineData("x,0,1,M,5,6,11,L", "Timestamp must be a number of seconds from 0")]
    [InlineData("-1,0,1,M,5,6,11,L", "Timestamp must be a number of seconds from 0")]
    [InlineData("NaN,0,1,M,5,6,11,L", "Timestamp must be a number of seconds from 0")]
    [InlineData("1e99,0,1,M,5,6,11,L", "Timestamp must be a number of seconds from 0")]
    [InlineData("1,0,1,M,,6,11,L", "Request tokens must be a whole number from 1")]
    [InlineData("1,0,1,M,5.5,6,11,L", "Request tokens must be a whole number from 1")]
    [InlineData("1,0,1,M,5,0,5,L", "Response tokens must be a whole number from 1 to 100000000 (0 marks a request that failed")]
    [InlineData("1,0,1,M,5,-6,5,L", "Response tokens must be a whole number from 1")]
    public void A_malformed_row_is_an_error_with_line_and_column_or_is_counted(string row, string expected)
    {
        var content = Bytes(BurstGpt, "1,0,1,M,5,6,11,L", row, "2,0,1,M,5,6,11,L");
        Assert.Contains("trace.file, line 3: " + expected, ErrorOf(content));
        var kept = Load(content, new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal((2, 1L), (kept.Requests.Count, kept.LinesSkipped));
    }

    [Theory]
    [InlineData("Timestamp,Model,Request tokens")]
    [InlineData("arrival_timestamp,prompt_size")]
    [InlineData("Timestamp,Timestamp,Request tokens,Response tokens")]
    public void A_header_that_lacks_a_column_or_has_one_twice_is_of_no_known_format(string header) =>
        Assert.Contains("no known format", ErrorOf(Bytes(header, "1,2,3,4")));
}
