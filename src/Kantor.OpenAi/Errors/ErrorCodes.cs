namespace Kantor.OpenAi.Errors;

/// <summary>Values of <c>error.code</c> that clients may branch on.</summary>
public static class ErrorCodes
{
    /// <summary>The body is not one valid JSON document.</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>The same key occurs twice, or twice apart from case.</summary>
    public const string DuplicateKey = "duplicate_key";

    /// <summary>A field has a value of another JSON type.</summary>
    public const string InvalidType = "invalid_type";

    /// <summary>A field has the right type and a value out of range.</summary>
    public const string InvalidValue = "invalid_value";

    /// <summary>A required field is absent or null.</summary>
    public const string Missing = "missing_required_parameter";

    /// <summary>No API that is known here has such a field.</summary>
    public const string UnknownParameter = "unknown_parameter";

    /// <summary>The field exists in OpenAI's API or in another server, and this server does not do what it asks for.</summary>
    public const string UnsupportedParameter = "unsupported_parameter";

    /// <summary>Choices times prompts times tokens exceeds the limit of one request.</summary>
    public const string CostLimitExceeded = "cost_limit_exceeded";

    /// <summary>Prompt and declared output exceed the model's context.</summary>
    public const string ContextLengthExceeded = "context_length_exceeded";

    /// <summary>The named model is not served here.</summary>
    public const string ModelNotFound = "model_not_found";

    /// <summary>What the answer must be cannot be promised.</summary>
    public const string UnsupportedSchema = "unsupported_schema";

    /// <summary>The model file has no chat template.</summary>
    public const string ChatTemplateMissing = "chat_template_missing";

    /// <summary>No such route.</summary>
    public const string NotFound = "not_found";

    /// <summary>The route exists, the method does not.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>The body is not declared as JSON in UTF-8.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>The body is larger than the limit.</summary>
    public const string BodyTooLarge = "body_too_large";

    /// <summary>The HTTP message itself is malformed.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>Key missing or wrong.</summary>
    public const string InvalidApiKey = "invalid_api_key";

    /// <summary>The key is valid and does not reach this far.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Prompt and declared output exceed the whole KV pool.</summary>
    public const string KvCapacityExceeded = "kv_capacity_exceeded";

    /// <summary>The queue is full.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The tenant has as many answers open as it may.</summary>
    public const string TenantLimit = "tenant_limit";

    /// <summary>More is asked for at once than can ever be queued.</summary>
    public const string QueueCapacityExceeded = "queue_capacity_exceeded";

    /// <summary>The request's objectives cannot be kept any more.</summary>
    public const string DeadlineMissed = "deadline_missed";

    /// <summary>The request is worth less than what it would cost at present.</summary>
    public const string PricedOut = "priced_out";

    /// <summary>There is more work than can be done.</summary>
    public const string Shedding = "shedding";

    /// <summary>The admission policy refused.</summary>
    public const string RefusedByPolicy = "refused_by_policy";

    /// <summary>The request was cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The client did not read its stream.</summary>
    public const string ReaderStalled = "reader_stalled";

    /// <summary>The model back end failed.</summary>
    public const string BackendFailed = "backend_failed";

    /// <summary>The server is shutting down.</summary>
    public const string ShuttingDown = "shutting_down";

    /// <summary>A defect of ours.</summary>
    public const string Internal = "internal_error";
}
