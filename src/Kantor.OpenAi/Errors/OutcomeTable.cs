using Kantor.Core.Requests;

namespace Kantor.OpenAi.Errors;

/// <summary>How one <see cref="RequestOutcome"/> looks from outside.</summary>
/// <param name="FinishReason">Value of <c>finish_reason</c>; null when the choice has no regular end and the client gets an error.</param>
/// <param name="Error">The error when there is no regular end; its status is used as long as nothing was sent.</param>
/// <param name="MetricLabel">Value of the label <c>outcome</c> in our metrics.</param>
/// <param name="VllmLabel">Value of <c>finished_reason</c> in <c>vllm:request_success_total</c>; null when vLLM would not count it
/// there.</param>
public sealed record OutcomeAnswer(string? FinishReason, ApiError? Error, string MetricLabel, string? VllmLabel);

/// <summary>The one place where outcomes become finish reasons, HTTP statuses, error codes and metric labels.</summary>
public static class OutcomeTable
{
    private const string RateLimit = "rate_limit_error";

    /// <summary>The row of <paramref name="outcome"/>.</summary>
    public static OutcomeAnswer Of(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Stopped => new("stop", null, "stopped", "stop"),
        RequestOutcome.LengthReached => new("length", null, "length_reached", "length"),
        RequestOutcome.Cancelled =>
            Failed(499, "The request was cancelled.", ApiError.ServerError, ErrorCodes.Cancelled, "cancelled", "abort"),
        RequestOutcome.ReaderStalled => Failed(
            408, "The stream was not read for longer than the stall timeout.", ApiError.InvalidRequest, ErrorCodes.ReaderStalled,
            "reader_stalled", "abort"),
        RequestOutcome.RefusedNeverFits => Failed(
            400,
            "Prompt and requested output exceed the whole KV pool; shorten the prompt or lower max_tokens.",
            ApiError.InvalidRequest,
            ErrorCodes.KvCapacityExceeded,
            "refused_never_fits",
            null),
        RequestOutcome.RefusedQueueFull => Failed(
            429, "The queue is full; try again later.", RateLimit, ErrorCodes.QueueFull, "refused_queue_full", null),
        RequestOutcome.RefusedByPolicy => Failed(
            429, "The admission policy refused the request; try again later.", RateLimit, ErrorCodes.RefusedByPolicy, "refused_by_policy",
            null),
        RequestOutcome.RefusedDeadlineMissed => Failed(
            503, "The request's objectives cannot be kept any more.", ApiError.ServerError, ErrorCodes.DeadlineMissed,
            "refused_deadline_missed", null),
        RequestOutcome.RefusedPricedOut => Failed(
            429, "The request is worth less than what it would cost at present; try again later.", RateLimit, ErrorCodes.PricedOut,
            "refused_priced_out", null),
        RequestOutcome.RefusedTenantLimit => Failed(
            429, "The tenant has what it may have; try again later.", RateLimit, ErrorCodes.TenantLimit, "refused_tenant_limit", null),
        RequestOutcome.RefusedShedding => Failed(
            429, "There is more work than can be done; try again later.", RateLimit, ErrorCodes.Shedding, "refused_shedding", null),
        RequestOutcome.BackendFailed => Failed(
            500, "The model back end failed.", ApiError.ServerError, ErrorCodes.BackendFailed, "backend_failed", "error"),
        RequestOutcome.ShutDown => Failed(
            503, "The server is shutting down.", ApiError.ServerError, ErrorCodes.ShuttingDown, "shut_down", "abort"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without a row in the table."),
    };

    private static OutcomeAnswer Failed(int status, string message, string type, string code, string label, string? vllmLabel) =>
        new(null, new ApiError(status, message, type, null, code), label, vllmLabel);
}
