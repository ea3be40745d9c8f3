using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class MooncakeFormatTests
{
    [Fact]
    public void A_row_becomes_a_request_in_microseconds_with_its_content()
    {
        var request = Load(Bytes("""{"session":{"a":[1]},"hash_ids":[3,9],"output_length":5,"input_length":1024,"timestamp":2999}""")).Requests[0];
        Assert.Equal((2_999_000L, 1024, 5), (request.ArrivalUs, request.PromptTokens, request.OutputTokens));
        var content = request.NewContent();
        Assert.Equal((1024, 1024, 512), (content.Count, content.IdentifiedCount, content.TokensPerKey));
        Assert.Equal([3, 9], content.Keys.ToArray());
        Assert.NotSame(content, request.NewContent());
    }

    [Fact]
    public void A_tenant_is_kept_and_written_again()
    {
        var request = Load(Bytes("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0],"tenant":"a\u00e9"}""")).Requests[0];
        Assert.Equal("aé", request.Tenant);
        using var stream = new MemoryStream();
        Kantor.Workloads.Generators.MooncakeWriter.Write(stream, [request]);
        Assert.Equal("aé", Load(stream.ToArray()).Requests[0].Tenant);
    }

    [Theory]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0],"tenant":""}""", "tenant must be a text of 1 to 200 characters")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0],"tenant":3}""", "tenant must be a text")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0],"tenant":"\ud800"}""", "tenant must be a text")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0],"tenant":"a","tenant":"b"}""", "tenant is given twice")]
    [InlineData("""{"input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp is missing")]
    [InlineData("""{"timestamp":0,"output_length":1,"hash_ids":[0]}""", "input_length is missing")]
    [InlineData("""{"timestamp":0,"input_length":1,"hash_ids":[0]}""", "output_length is missing")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1}""", "hash_ids is missing")]
    [InlineData("""{"timestamp":-1,"input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp must be a whole number from 0")]
    [InlineData("""{"timestamp":0.5,"input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp must be a whole number")]
    [InlineData("""{"timestamp":1e300,"input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp must be a whole number")]
    [InlineData("""{"timestamp":99999999999999,"input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp must be a whole number")]
    [InlineData("""{"timestamp":"0","input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp must be a whole number")]
    [InlineData("""{"timestamp":0,"input_length":0,"output_length":1,"hash_ids":[]}""", "input_length must be a whole number from 1")]
    [InlineData("""{"timestamp":0,"input_length":-5,"output_length":1,"hash_ids":[]}""", "input_length must be a whole number from 1")]
    [InlineData("""{"timestamp":0,"input_length":99999999999,"output_length":1,"hash_ids":[]}""", "input_length must be a whole number from 1 to 100000000")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":0,"hash_ids":[0]}""", "output_length must be a whole number from 1")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":null,"hash_ids":[0]}""", "output_length must be a whole number from 1")]
    [InlineData("""{"timestamp":0,"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0]}""", "timestamp is given twice")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0],"hash_ids":[0]}""", "hash_ids is given twice")]
    [InlineData("""{"timestamp":0,"input_length":513,"output_length":1,"hash_ids":[0]}""", "hash_ids has 1 ids; 513 prompt tokens need 2")]
    [InlineData("""{"timestamp":0,"input_length":512,"output_length":1,"hash_ids":[0,1]}""", "hash_ids has 2 ids; 512 prompt tokens need 1")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[-1]}""", "hash_ids must be an array")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[[0]]}""", "hash_ids must be an array")]
    [InlineData("""{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":7}""", "hash_ids must be an array")]
    [InlineData("""{"timestamp":0,"input_length":1""", "is not one JSON object")]
    [InlineData("""{"timestamp":0} {"timestamp":1}""", "is not one JSON object")]
    [InlineData("""{"timestamp":NaN}""", "is not one JSON object")]
    [InlineData("""[1]""", "is not one JSON object")]
    public void A_malformed_row_is_an_error_with_file_line_field_and_what_is_right_or_is_counted(string row, string expected)
    {
        var content = Bytes(Row(0), row, Row(0));
        Assert.Contains($"trace.file, line 2: {(expected.StartsWith("is not", StringComparison.Ordinal) ? "the line " : "")}{expected}", ErrorOf(content));
        var kept = Load(content, new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal((2, 1L), (kept.Requests.Count, kept.LinesSkipped));
        Assert.Contains(expected, kept.FirstFault);
    }
}
