using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class AzureFormatTests
{
    private const string First = "2023-11-16 23:59:59.9799600,374,44";

    [Fact]
    public void Times_count_from_the_first_request_across_midnight_and_content_is_unknown()
    {
        var trace = Load(Bytes(AzureHeader + "\r", First + "\r", "2023-11-17 00:00:01.5,396,109\r"));
        Assert.Equal([0L, 1_520_040L], trace.Requests.Select(request => request.ArrivalUs));
        Assert.Equal((396, 109), (trace.Requests[1].PromptTokens, trace.Requests[1].OutputTokens));
        Assert.Equal(0, trace.Requests[0].NewContent().IdentifiedCount);
        Assert.Equal("Azure CSV", trace.FormatName);
    }

    [Theory]
    [InlineData("2023-11-17 00:00:01,5", "the line has 2 columns; it needs 3: TIMESTAMP")]
    [InlineData("2023-11-17 00:00:01,5,6,7", "the line has 4 columns; it needs 3")]
    [InlineData("17.11.2023 00:00,5,6", "TIMESTAMP must look like 2023-11-16")]
    [InlineData(",5,6", "TIMESTAMP must look like")]
    [InlineData("2023-11-17 00:00:01,,6", "ContextTokens must be a whole number from 1")]
    [InlineData("2023-11-17 00:00:01,0,6", "ContextTokens must be a whole number from 1")]
    [InlineData("2023-11-17 00:00:01,-4,6", "ContextTokens must be a whole number from 1")]
    [InlineData("2023-11-17 00:00:01,4,6.5", "GeneratedTokens must be a whole number from 1")]
    [InlineData("2023-11-17 00:00:01,4,0", "GeneratedTokens must be a whole number from 1")]
    [InlineData("2023-11-17 00:00:01,4,99999999999999999999", "GeneratedTokens must be a whole number from 1")]
    [InlineData("2023-11-16 00:00:01,4,6", "TIMESTAMP is before that of the first request")]
    [InlineData("2123-11-16 00:00:01,4,6", "TIMESTAMP is more than ten years after")]
    public void A_malformed_row_is_an_error_with_file_line_field_and_what_is_right_or_is_counted(string row, string expected)
    {
        var content = Bytes(AzureHeader, First, row, "2023-11-17 00:00:01,5,6");
        Assert.Contains("trace.file, line 3: " + expected, ErrorOf(content));
        var kept = Load(content, new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal((2, 1L), (kept.Requests.Count, kept.LinesSkipped));
    }
}
