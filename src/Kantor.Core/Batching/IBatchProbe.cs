using Kantor.Core.Kv;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching;

/// <summary>
/// Questions of a <see cref="BatchView"/> whose answers cost work and are therefore not columns. Whoever makes views answers them.
/// </summary>
public interface IBatchProbe
{
    /// <summary>Whether the answers change with what a plan takes, so that it has to be told.</summary>
    bool FollowsPlan => false;

    /// <summary>Room for counting the adapters of a plan.</summary>
    AdapterSet Adapters { get; }

    /// <summary>The cached prefix that a waiting row would start with.</summary>
    PrefixHit CachedPrefix(int waitingRow);

    /// <summary>Blocks that become available when this running row alone is preempted.</summary>
    int BlocksExclusive(int runningRow);

    /// <summary>Belief about the row's total output.</summary>
    LengthBelief BelievedOutput(int row);

    /// <summary>A plan is begun: what was told of another one does not hold.</summary>
    void PlanBegins()
    {
    }

    /// <summary>The plan lets a running row take so many blocks and compute up to a token.</summary>
    void PlanGrows(int runningRow, int tokensComputed, int blocksMore)
    {
    }

    /// <summary>The plan admits a row with a cached prefix, so many blocks beyond it, and lets it compute up to a token.</summary>
    void PlanAdmits(int waitingRow, in PrefixHit hit, int tokensComputed, int blocksMore)
    {
    }
}
