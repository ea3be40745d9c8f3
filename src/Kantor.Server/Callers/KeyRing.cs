using System.Security.Cryptography;
using System.Text;
using Kantor.OpenAi.Errors;
using Kantor.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Callers;

/// <summary>
/// Decides whether a request may use a route. Every missing, malformed or wrong key gets the same answer, and the comparison takes the same
/// time wherever a key differs.
/// </summary>
internal sealed class KeyRing(ServerOptions options)
{
    private const int HeaderCharsMax = 1_024;
    private const string Scheme = "Bearer ";

    private static readonly ApiError Unauthorized = new(
        401, "A valid API key is needed: send the header Authorization: Bearer KEY.", ApiError.InvalidRequest, null,
        ErrorCodes.InvalidApiKey);

    private static readonly ApiError Closed = new(
        403, "This route needs an admin key; the server's operator sets it as AdminKeys.", ApiError.InvalidRequest, null,
        ErrorCodes.Forbidden);

    private readonly Caller _default = Caller.Default();
    private readonly byte[][] _adminKeys = [.. options.AdminKeys.Select(Hash)];
    private readonly (byte[] Hash, Caller? Caller)[] _apiKeys =
    [
        .. options.ApiKeys.Select(key => (Hash(key), (Caller?)null)),
        .. options.Tenants.Select(Caller.Of).SelectMany(
            (caller, index) => options.Tenants[index].ApiKeys.Select(key => (Hash(key), (Caller?)caller))),
    ];

    /// <summary>The error that the request deserves; null when it may pass, and then who sends it.</summary>
    public ApiError? Refusal(Access access, HttpRequest request, out Caller caller)
    {
        caller = _default;
        var isOpen = _apiKeys.Length == 0 && (access is Access.Key || _adminKeys.Length == 0);
        if (isOpen || access is Access.Public) return null;
        if (Presented(request) is not { } key) return Unauthorized;
        var hash = Hash(key);
        var (isApi, isAdmin) = (IsApiKey(hash, ref caller), Contains(_adminKeys, hash));
        if (isAdmin || (isApi && access is Access.Key)) return null;
        return isApi ? Closed : Unauthorized;
    }

    private bool IsApiKey(byte[] hash, ref Caller caller)
    {
        var found = false;
        foreach (var (known, holder) in _apiKeys)
        {
            var isThis = CryptographicOperations.FixedTimeEquals(known, hash);
            found |= isThis;
            if (isThis && holder is not null) caller = holder;
        }

        return found;
    }

    private static string? Presented(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        // Anthropic's clients send the key in a header of its own.
        if (headers.Count == 0 && request.Headers["x-api-key"] is [{ Length: <= HeaderCharsMax } key]) return key;
        if (headers.Count != 1 || headers[0] is not { Length: <= HeaderCharsMax } header) return null;
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : null;
    }

    private static bool Contains(byte[][] hashes, byte[] hash)
    {
        var found = false;
        foreach (var known in hashes) found |= CryptographicOperations.FixedTimeEquals(known, hash);
        return found;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
