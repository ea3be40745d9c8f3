using Kantor.Core.Requests;

namespace Kantor.Core.Decisions;

/// <summary>
/// Takes down why something was decided. Views carry one only when somebody listens; a policy that finds none writes nothing and computes
/// no term for it.
/// </summary>
public interface IDecisionLog
{
    /// <summary>
    /// The choice was considered with these terms; whether it was taken, the events and the plan say. The terms are the caller's
    /// afterwards.
    /// </summary>
    void Write(DecisionKind kind, RequestId request, int choice, ReadOnlySpan<Term> terms);
}

/// <summary>One quantity that a decision weighed.</summary>
/// <param name="Name">Its name, the same for all decisions of a policy.</param>
/// <param name="Value">Its value, in the unit that the name ends with.</param>
/// <param name="AgeUs">How old it was, in microseconds; 0 for what is known exactly.</param>
public readonly record struct Term(string Name, double Value, long AgeUs = 0);
