using System.Text.Json.Serialization;

namespace Kantor.EventLogs.Records;

/// <summary>One line of an event log: something that happened on a replica.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "e")]
[JsonDerivedType(typeof(ReplicaRecord), "replica")]
[JsonDerivedType(typeof(ArrivedRecord), "arrived")]
[JsonDerivedType(typeof(PlanRecord), "plan")]
[JsonDerivedType(typeof(StepRecord), "step")]
[JsonDerivedType(typeof(TokensRecord), "tokens")]
[JsonDerivedType(typeof(EndedRecord), "ended")]
[JsonDerivedType(typeof(ForgotRecord), "forgot")]
public abstract record LogRecord
{
    /// <summary>When, in microseconds of the host's clock.</summary>
    [JsonPropertyName("t")]
    public required long AtUs { get; init; }

    /// <summary>Where: the replica's number.</summary>
    [JsonPropertyName("r")]
    public required int Replica { get; init; }
}
