using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Core.Admission;

/// <summary>
/// Lets in whoever comes while fewer than a number wait, as every server does (vLLM's and llama-server's queues have no other rule).
/// </summary>
public sealed class QueueLimitAdmission : IAdmission
{
    private readonly int _waitingMax;

    /// <summary>With the usual limit, or another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public QueueLimitAdmission(QueueLimitOptions? options = null)
    {
        var limit = options ?? new QueueLimitOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(limit.WaitingMax, nameof(options));
        _waitingMax = limit.WaitingMax;
        Name = PolicySpec.Of("queue-limit", QueueLimitOptions.Keys, limit).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        long waiting = fleet.WaitingOutside;
        foreach (ref readonly var endpoint in fleet.Endpoints) waiting += endpoint.Waiting;
        return waiting < _waitingMax ? Verdict.Accept : Verdict.Refuse(RefusalReason.QueueFull);
    }
}
