using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Retention;

/// <summary>
/// Least age + uses × cost first, all blocks being of one size: cheap and seldom used blocks go, and the age, which is the key of the last
/// evicted block, lets former favourites go too (greedy-dual size with frequency: Cherkasova, HPL-98-69, 1998).
/// </summary>
public sealed class GdsfRetention : IRetention
{
    private readonly GdsfOptions _options;

    /// <summary>The policy with these options.</summary>
    public GdsfRetention(GdsfOptions? options = null)
    {
        _options = options ?? new GdsfOptions();
        Name = PolicySpec.Of("gdsf", GdsfOptions.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool KeysAscend => false;

    /// <inheritdoc/>
    public PolicyState NewState() => new Age();

    /// <inheritdoc/>
    public double KeyOf(in IdleBlock block, PolicyState state) =>
        ((Age)state).Key + ((1.0 + block.Hits) * (_options.Cost == GdsfCost.Recompute ? block.RecomputeUs : 1));

    /// <inheritdoc/>
    public void Evicted(double key, PolicyState state) => ((Age)state).Key = Math.Max(key, ((Age)state).Key);

    private sealed class Age : PolicyState
    {
        public double Key { get; set; }
    }
}
