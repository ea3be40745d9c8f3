namespace Kantor.Core.Routing;

/// <summary>What an endpoint does with a request.</summary>
public enum EndpointRole : byte
{
    /// <summary>Serves it to the end.</summary>
    Whole,

    /// <summary>Computes its prompt and first token; it goes on elsewhere.</summary>
    Prefill,

    /// <summary>Goes on with what was begun elsewhere.</summary>
    Decode,
}
