using System.Text.Json;

namespace Kantor.OpenAi.Forms;

/// <summary>What every answer must be. <see cref="Param"/> is the field that says so, for errors.</summary>
public abstract record AnswerForm(string Param)
{
    /// <summary>Any JSON object.</summary>
    /// <inheritdoc cref="AnswerForm"/>
    public sealed record AnyObject(string Param) : AnswerForm(Param);

    /// <summary>JSON that a schema accepts.</summary>
    /// <inheritdoc cref="AnswerForm"/>
    public sealed record Schema(string Param, JsonElement Json) : AnswerForm(Param);

    /// <summary>One of several texts.</summary>
    /// <inheritdoc cref="AnswerForm"/>
    public sealed record OneOf(string Param, IReadOnlyList<string> Texts) : AnswerForm(Param);

    /// <summary>A text that a regular expression matches from end to end.</summary>
    /// <inheritdoc cref="AnswerForm"/>
    public sealed record Pattern(string Param, string Regex) : AnswerForm(Param);

    /// <summary>A text of the language of a grammar in llama.cpp's notation.</summary>
    /// <inheritdoc cref="AnswerForm"/>
    public sealed record Notation(string Param, string Gbnf) : AnswerForm(Param);
}
