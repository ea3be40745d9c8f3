namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>What tenants are charged for.</summary>
/// <param name="PromptWeight">Service of a prompt token.</param>
/// <param name="TokenWeight">Service of a generated token.</param>
/// <param name="Lifts">Whether whoever begins to wait is lifted to the others.</param>
/// <param name="OnlyUncached">Whether prompt tokens that were found in the cache are free.</param>
internal sealed record FairCharges(double PromptWeight, double TokenWeight, bool Lifts, bool OnlyUncached = false);
