namespace Kantor.Server.Callers;

/// <summary>Who may use a route.</summary>
public enum Access
{
    /// <summary>Everybody; it shows nothing of the model or of other users.</summary>
    Public,

    /// <summary>Holders of an API key, or everybody while none is configured.</summary>
    Key,

    /// <summary>Holders of an admin key, or everybody while no key at all is configured.</summary>
    Admin,
}
