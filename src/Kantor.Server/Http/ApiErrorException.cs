using Kantor.OpenAi.Errors;

namespace Kantor.Server.Http;

/// <summary>Ends a request with an error answer; caught in one place, the dispatcher.</summary>
internal sealed class ApiErrorException(ApiError error) : Exception(error.Message)
{
    public ApiError Error { get; } = error;
}
