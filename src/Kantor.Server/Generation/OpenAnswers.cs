using Kantor.OpenAi.Errors;
using Kantor.Server.Callers;
using Kantor.Server.Http;

namespace Kantor.Server.Generation;

/// <summary>Answers that a tenant has open, until this is disposed.</summary>
internal sealed class OpenAnswers : IDisposable
{
    private readonly Caller _caller;
    private readonly int _answers;

    private OpenAnswers(Caller caller, int answers) => (_caller, _answers) = (caller, answers);

    /// <summary>Opens them.</summary>
    /// <exception cref="ApiErrorException">The tenant has as many open as it may (429).</exception>
    public static OpenAnswers Of(Caller caller, int answers) => caller.TryOpen(answers)
        ? new OpenAnswers(caller, answers)
        : throw new ApiErrorException(new ApiError(
            429,
            $"Tenant '{caller.Name}' may have {caller.AnswersMax} answers open at the same time; try again when some are over.",
            "rate_limit_error", null, ErrorCodes.TenantLimit));

    /// <inheritdoc/>
    public void Dispose() => _caller.Close(_answers);
}
