using Kantor.Core.Kv;

namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>A waiting row that is about to be admitted.</summary>
/// <param name="Row">The row.</param>
/// <param name="Hit">The cached prefix that it would start with.</param>
/// <param name="HeldBlocks">Blocks that disappear when all its wanted tokens get room.</param>
internal readonly record struct Candidate(int Row, PrefixHit Hit, int HeldBlocks);
