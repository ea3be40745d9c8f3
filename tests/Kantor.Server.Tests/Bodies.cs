namespace Kantor.Server.Tests;

/// <summary>Request bodies.</summary>
internal static class Bodies
{
    public const string Hand = "hand/model";

    public static string Chat(string more = "", string model = Hand) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]{{Comma(more)}}}""";

    public static string Completion(string more = "", string model = Hand, string prompt = "\"hi\"") =>
        $$"""{"model":"{{model}}","prompt":{{prompt}}{{Comma(more)}}}""";

    private static string Comma(string more) => more.Length == 0 ? "" : "," + more;
}
