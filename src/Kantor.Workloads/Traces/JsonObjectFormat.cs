using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>A format with one JSON object a line, read as a whole.</summary>
internal abstract class JsonObjectFormat : TraceFormat
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public sealed override bool TryParse(ReadOnlySpan<byte> line, List<TraceRequest> requests, out string fault)
    {
        var before = requests.Count;
        try
        {
            using var document = JsonDocument.Parse(line.ToArray(), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new TraceFieldException($"the line is not a JSON object; write {Example}");
            }

            Read(document.RootElement, requests);
            fault = "";
            return true;
        }
        catch (JsonException exception)
        {
            fault = $"the line is not one JSON object without repeated fields (byte {exception.BytePositionInLine + 1}); write {Example}";
        }
        catch (TraceFieldException exception)
        {
            fault = exception.Message;
        }

        requests.RemoveRange(before, requests.Count - before);
        return false;
    }

    /// <summary>A row that is right.</summary>
    protected abstract string Example { get; }

    /// <summary>Adds the requests of a row.</summary>
    /// <exception cref="TraceFieldException">A field is missing or wrong.</exception>
    protected abstract void Read(JsonElement row, List<TraceRequest> requests);
}
