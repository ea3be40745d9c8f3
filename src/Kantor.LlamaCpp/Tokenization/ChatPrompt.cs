using System.Text;
using Kantor.Engine.Backends;

namespace Kantor.LlamaCpp.Tokenization;

/// <summary>A token of the vocabulary that is control, not text.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its spelling in a template.</param>
/// <param name="StripsLeft">White space before it belongs to it.</param>
/// <param name="StripsRight">White space after it belongs to it.</param>
internal sealed record ControlToken(int Id, string Text, bool StripsLeft, bool StripsRight);

/// <summary>A piece of a prompt: one control token, or text to be tokenised as plain text.</summary>
internal readonly record struct ChatRun(int? Token, string Text);

/// <summary>
/// Turns a conversation into control tokens and plain text runs. Control tokens are looked for in the template's own words only: the
/// template is rendered with a mark in place of each message, cut at the marks, and each message is put back as plain text. Plain text on
/// both sides of a mark joins into one run, so ordinary text gets the same tokens as the whole rendered prompt would.
/// </summary>
internal sealed class ChatPrompt
{
    // Control characters that no template family prints; the tabs tell whether the family trims messages.
    private const char MarkEdge = '\u0001';
    private const char TrimProbe = '\t';
    private static readonly char[] WhiteSpace = [' ', '\t', '\n', '\v', '\f', '\r'];
    private static readonly string[] Roles = ["system", "user", "assistant"];
    private readonly string? _template;
    private readonly ControlToken[] _controls;

    /// <summary>Prepares a template with the control tokens of its vocabulary.</summary>
    public ChatPrompt(string? template, IEnumerable<ControlToken> controls)
    {
        _template = template;
        // The library searches longer spellings first, so that a token inside another one's spelling never wins.
        _controls = [.. controls.OrderByDescending(c => Encoding.UTF8.GetByteCount(c.Text)).ThenBy(c => c.Id)];
    }

    /// <summary>Runs of the prompt, ending where the assistant is to speak.</summary>
    /// <exception cref="ArgumentException">No turn, or a role that is not system, user or assistant.</exception>
    /// <exception cref="InvalidOperationException">No template, or one that the native library does not recognise.</exception>
    public List<ChatRun> Runs(IReadOnlyList<ChatTurn> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        Check(turns);
        if (_template is null) throw new InvalidOperationException("The model file carries no chat template (tokenizer.chat_template).");
        string rendered = ChatTemplateRenderer.TryRender(_template, Marked(turns))
            ?? throw new InvalidOperationException(
                $"The model file's chat template is of no family that the native library knows; it begins with: {Excerpt(_template)}");
        return Assemble(rendered, turns);
    }

    private List<ChatRun> Assemble(string rendered, IReadOnlyList<ChatTurn> turns)
    {
        var runs = new RunBuilder();
        int from = 0;
        for (int i = 0; i < turns.Count; i++)
        {
            string mark = Mark(i);
            int at = rendered.IndexOf(mark, from, StringComparison.Ordinal);
            if (at < 0)
            {
                throw new InvalidOperationException($"The model file's chat template does not print message {i} ({turns[i].Role}).");
            }

            bool keepsLeft = at > from && rendered[at - 1] == TrimProbe;
            int end = at + mark.Length;
            bool keepsRight = end < rendered.Length && rendered[end] == TrimProbe;
            AppendTemplate(runs, rendered[from..(keepsLeft ? at - 1 : at)], 0);
            runs.AppendText(Trimmed(turns[i].Text, keepsLeft, keepsRight));
            from = keepsRight ? end + 1 : end;
        }

        string tail = rendered[from..];
        if (tail.Contains(MarkEdge, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The model file's chat template prints a message twice or out of order.");
        }

        AppendTemplate(runs, tail, 0);
        return runs.Finish();
    }

    private void AppendTemplate(RunBuilder runs, string text, int firstControl)
    {
        for (int c = firstControl; c < _controls.Length; c++)
        {
            int at = text.IndexOf(_controls[c].Text, StringComparison.Ordinal);
            if (at < 0) continue;
            AppendTemplate(runs, text[..at], c + 1);
            runs.AppendControl(_controls[c]);
            AppendTemplate(runs, text[(at + _controls[c].Text.Length)..], c);
            return;
        }

        runs.AppendText(text);
    }

    private static List<ChatTurn> Marked(IReadOnlyList<ChatTurn> turns)
    {
        var marked = new List<ChatTurn>(turns.Count);
        for (int i = 0; i < turns.Count; i++) marked.Add(new(turns[i].Role, $"{TrimProbe}{Mark(i)}{TrimProbe}"));
        return marked;
    }

    private static string Mark(int turn) => FormattableString.Invariant($"{MarkEdge}{turn}{MarkEdge}");

    private static string Trimmed(string text, bool keepsLeft, bool keepsRight)
    {
        if (!keepsLeft) text = text.TrimStart(WhiteSpace);
        return keepsRight ? text : text.TrimEnd(WhiteSpace);
    }

    private static string Excerpt(string template) => template.Length <= 80 ? template : template[..80] + "...";

    private static void Check(IReadOnlyList<ChatTurn> turns)
    {
        if (turns.Count == 0) throw new ArgumentException("A conversation needs at least one message.", nameof(turns));
        foreach (ChatTurn turn in turns)
        {
            if (Array.IndexOf(Roles, turn.Role) < 0)
            {
                throw new ArgumentException($"The role {turn.Role} is not one of {string.Join(", ", Roles)}.", nameof(turns));
            }
        }
    }

    /// <summary>Joins neighbouring text and applies the white-space rules of control tokens.</summary>
    private sealed class RunBuilder
    {
        private readonly List<ChatRun> _runs = [];
        private readonly StringBuilder _text = new();
        private bool _stripNext;

        public void AppendText(string text)
        {
            if (_stripNext) text = text.TrimStart(WhiteSpace);
            if (text.Length == 0) return;
            _stripNext = false;
            _text.Append(text);
        }

        public void AppendControl(ControlToken control)
        {
            string text = _text.ToString();
            _text.Clear();
            if (control.StripsLeft) text = text.TrimEnd(WhiteSpace);
            if (text.Length > 0) _runs.Add(new(null, text));
            _runs.Add(new(control.Id, string.Empty));
            _stripNext = control.StripsRight;
        }

        public List<ChatRun> Finish()
        {
            if (_text.Length > 0) _runs.Add(new(null, _text.ToString()));
            return _runs;
        }
    }
}
