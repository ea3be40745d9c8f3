using Kantor.Core.Requests;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Chat;

/// <summary>A request ended otherwise than by itself; <see cref="Outcome"/> says how.</summary>
public sealed class GenerationFailedException : Exception
{
    /// <summary>A request that ended so.</summary>
    public GenerationFailedException(ChoiceFinish finish)
        : base(finish.Message ?? $"The request ended with {finish.Outcome}.") => Outcome = finish.Outcome;

    /// <summary>How the request ended.</summary>
    public RequestOutcome Outcome { get; }
}
