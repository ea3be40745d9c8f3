namespace Kantor.OpenAi.Errors;

/// <summary>What is wrong with one field of a request body.</summary>
/// <param name="Param">Path of the field, such as <c>messages[2].content</c>; null when the body as a whole is wrong.</param>
/// <param name="Message">What is wrong and what would be right; safe to print: user text in it is cut and escaped.</param>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
public sealed record FieldError(string? Param, string Message, string Code);
