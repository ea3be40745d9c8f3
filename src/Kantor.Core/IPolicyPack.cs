namespace Kantor.Core;

/// <summary>
/// Policies that come from outside. An assembly brings them by one public class that implements this and has a constructor without
/// parameters; a host that is given the assembly (<c>--policy-assembly my.dll</c>) makes one and lets it add to its shelves, and from then
/// on its policies are named like any others.
/// </summary>
public interface IPolicyPack
{
    /// <summary>Adds policies to the host's shelves.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    void AddTo(PolicyShelves shelves);
}
