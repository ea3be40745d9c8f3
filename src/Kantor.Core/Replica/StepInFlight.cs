namespace Kantor.Core.Replica;

/// <summary>
/// A step that was planned and is under way while others are planned; its rows are parked. Made by <see cref="ReplicaScheduler.TakeStep"/>.
/// </summary>
/// <param name="Slices">What it computes.</param>
/// <param name="Ids">Request of each slice, because a row that ends may be given to another request.</param>
public sealed record StepInFlight(IReadOnlyList<StepSlice> Slices, IReadOnlyList<long> Ids);
