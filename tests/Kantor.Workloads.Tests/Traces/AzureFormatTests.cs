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
    [InlineData("2024-05-10 00:00:00.250000+00:00", "2024-05-10 00:00:01+00:00", "2024-05-10 02:00:01.500000+02:00")]
    [InlineData("2024-05-10T00:00:00.25Z", "2024-05-10T00:00:01Z", "2024-05-09T22:00:01.5-02:00")]
    [InlineData("2024-05-10 00:00:00.25", "2024-05-10T00:00:01", "2024-05-10 00:00:01.5Z")]
    public void Times_of_2024_and_of_ISO_8601_are_those_of_2023(string first, string second, string third)
    {
        var trace = Load(Bytes(AzureHeader, $"{first},700,5", $"{second},800,6", $"{third},900,7"));
        Assert.Equal([0L, 750_000, 1_250_000], trace.Requests.Select(request => request.ArrivalUs));
    }

    [Fact]
    public void Milliseconds_are_kept_exactly()
    {
        var trace = Load(Bytes(AzureHeader, "2024-05-10 00:00:00.001000,100,5", "2024-05-10 00:00:00.002000,100,5", "2024-05-10 00:00:00.009000,100,5", "2024-05-10 00:00:00.011000,100,5"));
        Assert.Equal([0L, 1_000, 8_000, 10_000], trace.Requests.Select(request => request.ArrivalUs));
    }

    [Fact]
    public void Fields_may_be_in_quotes()
    {
        var trace = Load(Bytes(
            "\"TIMESTAMP\",\"ContextTokens\",\"GeneratedTokens\"", "\"2024-05-10 00:00:00.25\",\"700\",\"5\"", "2024-05-10 00:00:01,\"800\",6"));
        Assert.Equal([(0L, 700, 5), (750_000, 800, 6)], trace.Requests.Select(request => (request.ArrivalUs, request.PromptTokens, request.OutputTokens)));
    }

    [Theory]
    [InlineData("\"2023-11-17 00:00:01,5,6", "the quotes of column 1 do not end")]
    [InlineData("2023-11-17 00:00:01,\"5\"6,7", "the quotes of column 2 do not end")]
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
