using System.Text.Json;
using Kantor.Engine;
using Kantor.Engine.Sampling;
using Kantor.Grammars.Json;
using Kantor.Grammars.Syntax;
using Kantor.Grammars.Text;
using Kantor.Grammars.Tokens;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Forms;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;
using Kantor.Server.Http;
using Kantor.Server.Tools;

namespace Kantor.Server.Constraints;

/// <summary>
/// Makes constraints of what requests ask for, on the caller's thread, and keeps the last ones, so that a schema is compiled and its masks
/// are computed once however many requests have it. Any thread.
/// </summary>
internal sealed class ConstraintMaker(ITextModel model)
{
    private const int KeptMax = 32;

    private readonly Lazy<TokenTrie> _trie = new(() => new TokenTrie(model.Tokenizer));
    private readonly LinkedList<(string Key, ITokenConstraint Constraint)> _kept = [];
    private readonly Lock _lock = new();

    /// <summary>The constraint of a request; null when any text will do.</summary>
    /// <exception cref="ApiErrorException">It cannot be promised (400); the message names the field and the place in it.</exception>
    public ITokenConstraint? Of(GenerationFields fields)
    {
        if (fields is { Form: null, Tools: null }) return null;
        var key = KeyOf(fields);
        if (Find(key) is { } known) return known;
        var constraint = Compile(fields);
        lock (_lock)
        {
            _kept.AddFirst((key, constraint));
            if (_kept.Count > KeptMax) _kept.RemoveLast();
        }

        return constraint;
    }

    private ITokenConstraint? Find(string key)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Key != key) continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Constraint;
            }
        }

        return null;
    }

    private GrammarConstraint Compile(GenerationFields fields)
    {
        try
        {
            return new GrammarConstraint(GrammarOf(fields), _trie.Value);
        }
        catch (GrammarException wrong)
        {
            var param = fields.Form?.Param ?? wrong.Path;
            var where = fields.Form is null || wrong.Message.Contains($"'{param}", StringComparison.Ordinal) ? "" : $"'{param}': ";
            throw new ApiErrorException(ApiError.BadRequest(param, $"{where}{wrong.Message}", ErrorCodes.UnsupportedSchema));
        }
    }

    private static Grammar GrammarOf(GenerationFields fields)
    {
        if (fields.Tools is not { } tools) return FormGrammar(fields.Form!);
        var builder = new GrammarBuilder();
        return builder.Build(ToolGrammar.NodeOf(builder, tools, fields.Form is { } form ? FormNode(builder, form) : null));
    }

    private static Grammar FormGrammar(AnswerForm form) =>
        form is AnswerForm.Notation notation ? GbnfGrammar.Of(notation.Gbnf) : Whole(form);

    private static Grammar Whole(AnswerForm form)
    {
        var builder = new GrammarBuilder();
        return builder.Build(FormNode(builder, form));
    }

    private static int FormNode(GrammarBuilder builder, AnswerForm form) => form switch
    {
        AnswerForm.AnyObject => JsonSchemaGrammar.AnyObjectNode(builder),
        AnswerForm.Schema schema => JsonSchemaGrammar.NodeOf(builder, schema.Json),
        AnswerForm.OneOf choice => builder.Choice([.. choice.Texts.Select(builder.Text)]),
        AnswerForm.Pattern pattern => RegexGrammar.WholeOf(builder, pattern.Regex),
        _ => throw new GrammarException(
            form.Param, $"'{form.Param}' cannot be had together with tools; use a schema or a regular expression."),
    };

    private static string KeyOf(GenerationFields fields) => JsonSerializer.Serialize(new
    {
        Form = fields.Form switch
        {
            AnswerForm.Schema schema => ["schema", schema.Json.GetRawText()],
            AnswerForm.OneOf choice => [.. choice.Texts.Prepend("choice")],
            AnswerForm.Pattern pattern => ["pattern", pattern.Regex],
            AnswerForm.Notation notation => ["notation", notation.Gbnf],
            AnswerForm.AnyObject => ["object"],
            _ => Array.Empty<string>(),
        },
        Tools = fields.Tools?.Tools.Select(
            tool => new[] { tool.Name, tool.Parameters?.GetRawText(), tool.IsStrict ? "strict" : "" }).ToArray(),
        Choice = fields.Tools?.Choice.ToString(),
        IsParallel = fields.Tools?.IsParallel,
    });
}
