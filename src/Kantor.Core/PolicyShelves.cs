using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Core;

/// <summary>The policies that a host knows, by decision: those of the catalogue, and what was added to them.</summary>
public sealed class PolicyShelves
{
    /// <summary>What a replica computes in a step.</summary>
    public required PolicyShelf<IBatchPlanner> Planners { get; init; }

    /// <summary>Which requests are let in.</summary>
    public required PolicyShelf<IAdmission> Admissions { get; init; }

    /// <summary>Which cached KV gives its room up first.</summary>
    public required PolicyShelf<IRetention> Retentions { get; init; }

    /// <summary>Which replica gets a request.</summary>
    public required PolicyShelf<IRouter> Routers { get; init; }

    /// <summary>What is believed of output lengths.</summary>
    public required PolicyShelf<ILengthPredictor> Predictors { get; init; }

    /// <summary>How many replicas there should be.</summary>
    public required PolicyShelf<IAutoscaler> Autoscalers { get; init; }
}
