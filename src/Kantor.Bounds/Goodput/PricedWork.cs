namespace Kantor.Bounds.Goodput;

/// <summary>Machine time of a request that lies somewhere in a window of buckets, if the request is to be worth anything.</summary>
/// <param name="Request">Number of the request.</param>
/// <param name="First">First bucket of the window.</param>
/// <param name="Last">Last bucket of the window.</param>
/// <param name="Us">Microseconds of machine time, at least 0.</param>
internal readonly record struct PricedWork(int Request, int First, int Last, double Us);
