using System.Diagnostics.CodeAnalysis;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Json;

/// <summary>Either what was asked for, or everything that is wrong with it.</summary>
/// <typeparam name="T">The request.</typeparam>
public sealed class Parsed<T>
    where T : class
{
    internal Parsed(T value) => Value = value;

    internal Parsed(IReadOnlyList<FieldError> errors) => Errors = errors;

    /// <summary>The request; null when there are errors.</summary>
    public T? Value { get; }

    /// <summary>The errors, in the order of the body; empty when there is a request.</summary>
    public IReadOnlyList<FieldError> Errors { get; } = [];

    /// <summary>Whether there is a request.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsValid => Value is not null;
}
