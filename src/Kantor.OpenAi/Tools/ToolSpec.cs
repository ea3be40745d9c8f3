using System.Text.Json;

namespace Kantor.OpenAi.Tools;

/// <summary>A function that the model may call.</summary>
/// <param name="Name">1 to 64 letters, digits, '_' and '-'.</param>
/// <param name="Description">What it is for; null when nothing is said.</param>
/// <param name="Parameters">JSON schema of its arguments; null for none.</param>
/// <param name="IsStrict">Whether a schema that cannot be promised is refused; else such arguments are any object.</param>
/// <param name="Param">The field that declares it, for errors.</param>
public sealed record ToolSpec(string Name, string? Description, JsonElement? Parameters, bool IsStrict, string Param);

/// <summary>Whether the model calls functions.</summary>
public enum ToolChoice
{
    /// <summary>As it thinks fit.</summary>
    Auto,

    /// <summary>Never; the functions are not shown to it.</summary>
    None,

    /// <summary>At least one.</summary>
    Required,
}

/// <summary>The functions of a request.</summary>
/// <param name="Tools">Those that may be called, at least one.</param>
/// <param name="Choice">Whether one is.</param>
/// <param name="IsParallel">Whether several may be in one answer.</param>
public sealed record ToolUse(IReadOnlyList<ToolSpec> Tools, ToolChoice Choice, bool IsParallel);

/// <summary>A call of a function, in a conversation.</summary>
/// <param name="Id">Name of the call, which its result repeats.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments, as JSON text.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);
