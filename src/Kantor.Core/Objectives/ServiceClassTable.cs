using Kantor.Core.Requests;

namespace Kantor.Core.Objectives;

/// <summary>The service classes by number: those that the objective names, in its order, and one for the requests of all others.</summary>
public sealed class ServiceClassTable
{
    private readonly ServiceClass[] _named;
    private readonly ServiceClass _other;

    internal ServiceClassTable(ServiceClass[] named, ServiceClass other)
    {
        (_named, _other) = (named, other);
        TightestGapUs = named.Append(other).Min(any => any.Slo.GapUsMax ?? any.Slo.TpotUsMax);
    }

    /// <summary>The shortest time between two tokens that any class asks for; null when none does.</summary>
    public long? TightestGapUs { get; }

    /// <summary>One class for all, which wants nothing.</summary>
    public static ServiceClassTable Plain { get; } = new([], new ServiceClass(default, "default", 1, new SloSpec()));

    /// <summary>Those that are named, in the order of their numbers.</summary>
    public IReadOnlyList<ServiceClass> Named => _named;

    /// <summary>The class of a number; a number that nobody named is of the class of all others.</summary>
    public ServiceClass this[ClassId id] => (uint)id.Value < (uint)_named.Length ? _named[id.Value] : _other;

    /// <summary>The class of a name; null when the objective names none like it.</summary>
    public ServiceClass? Find(string name) => Array.Find(_named, named => named.Name == name);
}
