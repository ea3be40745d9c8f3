using System.Runtime.InteropServices;

namespace Kantor.Engine.Sampling;

/// <summary>
/// Which tokens a choice has seen, as far as penalties ask: how often each was generated, and whether it is in the prompt.
/// </summary>
/// <remarks>Owner: one choice, on the loop thread. Grows by one entry per distinct token.</remarks>
public sealed class TokenHistory
{
    private readonly List<SeenToken> _seen = [];
    private readonly Dictionary<int, int> _indexOf = [];

    /// <summary>A choice that has generated nothing after this prompt.</summary>
    public TokenHistory(ReadOnlySpan<int> prompt)
    {
        foreach (var token in prompt) EntryOf(token);
    }

    /// <summary>Distinct tokens of prompt and answer.</summary>
    public ReadOnlySpan<SeenToken> Seen => CollectionsMarshal.AsSpan(_seen);

    /// <summary>The token was generated.</summary>
    public void Add(int token) => EntryOf(token).GeneratedCount++;

    private ref SeenToken EntryOf(int token)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_indexOf, token, out var isKnown);
        if (!isKnown)
        {
            index = _seen.Count;
            _seen.Add(new SeenToken { Token = token });
        }

        return ref CollectionsMarshal.AsSpan(_seen)[index];
    }
}

/// <summary>A token of prompt or answer.</summary>
public record struct SeenToken
{
    /// <summary>The token.</summary>
    public int Token { get; set; }

    /// <summary>Times that it was generated; 0 for tokens that occur in the prompt only.</summary>
    public int GeneratedCount { get; set; }
}
