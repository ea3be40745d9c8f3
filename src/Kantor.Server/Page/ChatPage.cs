using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Page;

/// <summary>The chat page: four files inside the assembly. The browser is told to run nothing that does not come from here.</summary>
internal static class ChatPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action "
            + "'none'; frame-ancestors 'none'";

    /// <summary>A handler that sends one of the files.</summary>
    public static RequestDelegate Serve(string name)
    {
        var bytes = Load(name);
        var type = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        return async http =>
        {
            http.Response.ContentType = type;
            http.Response.ContentLength = bytes.Length;
            http.Response.Headers.ContentSecurityPolicy = Policy;
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            http.Response.Headers.CacheControl = "no-cache";
            await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
        };
    }

    private static byte[] Load(string name)
    {
        using var stream = typeof(ChatPage).Assembly.GetManifestResourceStream(typeof(ChatPage), name)
            ?? throw new InvalidOperationException($"The file {name} is missing from the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
