using Kantor.Core.Kv;

namespace Kantor.Core.Replica;

/// <summary>
/// KV that an admitted request waits for, all or a part of it. Its row is parked until <see cref="ReplicaScheduler.Loaded"/>.
/// </summary>
/// <param name="Row">Row of the request.</param>
/// <param name="Sequence">KV sequence that has the room.</param>
/// <param name="Id">The request.</param>
/// <param name="FromToken">First token that it brings.</param>
/// <param name="ToToken">One past the last.</param>
/// <param name="Place">Where it comes from: a place of the replica, or what the request's <see cref="Handover"/> named.</param>
public readonly record struct KvLoad(int Row, int Sequence, long Id, int FromToken, int ToToken, KvPlace Place);

/// <summary>What a request brings along that was served elsewhere so far.</summary>
/// <param name="GeneratedTokens">Tokens that it has generated; its content ends with them.</param>
/// <param name="KvTokens">Leading tokens whose KV lies there: 0, when it has to be computed again, or all but the newest.</param>
/// <param name="Place">Where that KV lies; null for none.</param>
public readonly record struct Handover(int GeneratedTokens, int KvTokens = 0, KvPlace? Place = null);
