namespace Kantor.Core.Catalogue;

/// <summary>What a policy promises beyond what every policy must keep. The law tests hold it to that and to no more.</summary>
[Flags]
public enum PolicyPromises
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>A plan allocates nothing once its buffers have grown.</summary>
    AllocatesNothing = 1,

    /// <summary>While the batch only decodes, the plan repeats itself for more than one step, so that the simulator leaps.</summary>
    RepeatsSteps = 2,
}
