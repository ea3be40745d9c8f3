namespace Kantor.Accuracy.Tests;

/// <summary>A folder with measurements that a test makes up; it goes when the test is over.</summary>
internal sealed class MadeFolder : IDisposable
{
    public const string Requests = """
        {"request_id":"a","input_toks":100,"output_toks":20,"arrival_time":0.0,"queued_ts":50.01,"first_token_ts":50.10,"last_token_ts":50.30}
        {"request_id":"b","input_toks":200,"output_toks":30,"arrival_time":0.5,"queued_ts":50.53,"first_token_ts":50.60,"last_token_ts":50.90}
        {"request_id":"c","input_toks":300,"output_toks":1,"arrival_time":1.0,"queued_ts":51.02,"first_token_ts":51.10,"last_token_ts":51.10}
        """;

    public MadeFolder() => Path = Directory.CreateTempSubdirectory("kantor-accuracy-").FullName;

    public string Path { get; }

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
