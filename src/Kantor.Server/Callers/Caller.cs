using Kantor.Core.Requests;
using Kantor.Server.Configuration;

namespace Kantor.Server.Callers;

/// <summary>Who sends a request, as its key says: the tenant, and what the tenant may have at the same time.</summary>
internal sealed class Caller
{
    private readonly int? _answersMax;
    private int _answersOpen;

    private Caller(string name, int number, int priority, int? answersMax) =>
        (Name, Tenant, Priority, _answersMax) = (name, new TenantId(number), priority, answersMax);

    /// <summary>Name of the tenant; "default" for keys without one, and for everybody while there are no keys.</summary>
    public string Name { get; }

    /// <summary>Its number: what the engine keeps apart.</summary>
    public TenantId Tenant { get; }

    /// <summary>Priority of its requests that name none.</summary>
    public int Priority { get; }

    /// <summary>Most answers that it may have open; null for no limit of its own.</summary>
    public int? AnswersMax => _answersMax;

    /// <summary>The tenant of keys without one.</summary>
    public static Caller Default() => new("default", 0, 0, null);

    /// <summary>A configured tenant; the one without a name is number 0.</summary>
    public static Caller Of(TenantOptions tenant, int index) => new(tenant.Name, index + 1, tenant.Priority, tenant.AnswersMax);

    /// <summary>Opens so many answers, or none when that would be too many; each is to be closed.</summary>
    public bool TryOpen(int answers)
    {
        if (Interlocked.Add(ref _answersOpen, answers) <= (_answersMax ?? int.MaxValue)) return true;
        Close(answers);
        return false;
    }

    /// <summary>So many answers are over.</summary>
    public void Close(int answers) => Interlocked.Add(ref _answersOpen, -answers);
}
