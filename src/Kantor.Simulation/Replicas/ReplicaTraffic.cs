namespace Kantor.Simulation.Replicas;

/// <summary>What was sent to a replica and what has left it since it joined: all that whoever sends can know without asking.</summary>
/// <param name="Sent">Requests that were sent there and not refused at once.</param>
/// <param name="Left">Requests of those that have ended there or went on elsewhere.</param>
/// <param name="BlocksHeld">KV blocks that the prompts of the rest fill, shared ones counted for each.</param>
/// <param name="SentTokens">Prompt tokens of all that was sent.</param>
internal readonly record struct ReplicaTraffic(long Sent, long Left, long BlocksHeld, long SentTokens)
{
    public ReplicaTraffic WithSent(int blocks, int tokens) => new(Sent + 1, Left, BlocksHeld + blocks, SentTokens + tokens);

    public ReplicaTraffic WithLeft(int blocks) => this with { Left = Left + 1, BlocksHeld = BlocksHeld - blocks };
}
