using System.Net.Sockets;
using System.Text;

namespace Kantor.Server.Tests;

/// <summary>Bytes to a socket and back, for messages that no HTTP client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends the bytes and reads until the server closes.</summary>
    public static async Task<string> ExchangeAsync(Uri url, string message)
    {
        using var client = await ConnectAsync(url);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(message));
        using var timeout = new CancellationTokenSource(TestServer.Patience);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync(timeout.Token);
    }

    public static async Task<TcpClient> ConnectAsync(Uri url)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(url.Host, url.Port);
        return client;
    }

    /// <summary>A complete message.</summary>
    public static string Post(string path, string body, string headers = "") =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public static int StatusOf(string answer) => int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
}
