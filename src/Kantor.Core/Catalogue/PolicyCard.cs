namespace Kantor.Core.Catalogue;

/// <summary>
/// What stands on the card of a policy: what it does, where that comes from, what is proved of it and under which assumptions, what it must
/// know, and what a decision costs. Lists, documents and comparisons show it; law tests hold the policy to its promises.
/// </summary>
/// <param name="Help">What it does, in one line.</param>
/// <param name="Source">Where it comes from: a paper with its section, or the code that it follows.</param>
public sealed record PolicyCard(string Help, string Source)
{
    /// <summary>What it promises beyond what every policy must keep.</summary>
    public PolicyPromises Promises { get; init; }

    /// <summary>Setting that its source reasons about, such as "all at once, one worker, unit rounds"; null where it states none.</summary>
    public string? Model { get; init; }

    /// <summary>What is proved of it, with the assumptions that the proof needs; null when nothing is.</summary>
    public string? Guarantee { get; init; }

    /// <summary>What it must know of output lengths to decide as its source means it.</summary>
    public LengthInformation Information { get; init; }

    /// <summary>What our form of it rests on.</summary>
    public Evidence Evidence { get; init; }

    /// <summary>Cost of a decision for n waiting and r running requests, such as "O(r + log n)"; null where nobody has looked.</summary>
    public string? Cost { get; init; }
}

/// <summary>What is known of an output length before its last token (research notes, theory 2.7).</summary>
public enum LengthInformation
{
    /// <summary>Nothing; declared limits may bound memory.</summary>
    None,

    /// <summary>The limit that the request declares.</summary>
    DeclaredLimit,

    /// <summary>Which of two requests is longer.</summary>
    Rank,

    /// <summary>The class or segment of the request, and what is typical of it.</summary>
    Class,

    /// <summary>An interval that holds it.</summary>
    Interval,

    /// <summary>An upper bound that holds it.</summary>
    UpperBound,

    /// <summary>One believed number.</summary>
    Point,

    /// <summary>Its hazard or survival curve.</summary>
    Survival,

    /// <summary>Whether it ends within so many steps.</summary>
    EndsWithin,
}

/// <summary>What our form of a policy rests on, best first. The marks are those of the research notes.</summary>
public enum Evidence
{
    /// <summary>Not stated.</summary>
    Unstated,

    /// <summary>The authors' code was read and followed.</summary>
    CodeRead,

    /// <summary>A figure of the source was reproduced.</summary>
    Reproduced,

    /// <summary>The paper states the rule.</summary>
    Stated,

    /// <summary>Common knowledge, not looked up again.</summary>
    Recalled,

    /// <summary>Details that the source leaves open were filled in.</summary>
    Reconstructed,

    /// <summary>Our own.</summary>
    Own,
}
