using System.Buffers;
using Kantor.OpenAi.Errors;
using Kantor.Server.Callers;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Http;

/// <summary>One route of the server.</summary>
/// <param name="Method">GET or POST; a POST takes a JSON body.</param>
/// <param name="Path">Exact path, or a prefix when it ends in <c>/*</c>.</param>
/// <param name="Access">Who may use it.</param>
/// <param name="Handle">Answers it.</param>
public sealed record ApiRoute(string Method, string Path, Access Access, RequestDelegate Handle)
{
    /// <summary>Writes errors in the shape of the route's protocol; OpenAI's when nothing is said.</summary>
    public Action<IBufferWriter<byte>, ApiError> Errors { get; init; } = (to, error) => error.WriteTo(to);

    internal bool IsPrefix => Path.EndsWith("/*", StringComparison.Ordinal);

    /// <summary>Whether the path belongs to this route; letter by letter, since a path that is only nearly equal is another path.</summary>
    internal bool Matches(string path) => IsPrefix
        ? path.Length >= Path.Length && path.StartsWith(Path.AsSpan()[..^1], StringComparison.Ordinal)
        : string.Equals(path, Path, StringComparison.Ordinal);
}
