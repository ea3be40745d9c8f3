using System.Text.Json;
using System.Text.Json.Serialization;
using Kantor.Core.Batching;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Hardware.Profiles;

/// <summary>
/// A measured engine as a file: what <c>kantor calibrate engine</c> writes and <c>kantor simulate --profile FILE</c> reads.
/// </summary>
public sealed record EngineProfileFile
{
    /// <summary>Name that reports show.</summary>
    public required string Name { get; init; }

    /// <summary>Model, machine and date of the measurement.</summary>
    public required string Origin { get; init; }

    /// <summary>Step time in microseconds.</summary>
    public required LinearStepTime StepTime { get; init; }

    /// <summary>KV tokens of the engine's pool, at least 1.</summary>
    public required int KvTokens { get; init; }

    /// <summary>Most tokens of a step, at least 1.</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Most requests that run at the same time, at least 1.</summary>
    public required int RunningMax { get; init; }

    /// <summary>Relative error on loads that the fit did not see; null where all were seen.</summary>
    public required FitError? HeldOutError { get; init; }

    /// <summary>The profile as a simulation takes it.</summary>
    public StepTimeProfile ToProfile() => new()
    {
        Name = Name,
        Origin = Origin,
        StepTime = StepTime,
        KvTokens = KvTokens,
        Limits = new BatchLimits { StepTokensMax = StepTokensMax, RunningMax = RunningMax },
    };

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EngineProfileJsonContext.Default.EngineProfileFile);

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It cannot be read or is no such profile; the message names the file, and the line or
    /// field.</exception>
    public static EngineProfileFile Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > GpuProfileJson.BytesMax)
            {
                throw new FormatException($"{path} has {stream.Length} bytes; a profile has at most {GpuProfileJson.BytesMax}.");
            }

            var profile = JsonSerializer.Deserialize(stream, EngineProfileJsonContext.Default.EngineProfileFile)
                ?? throw new FormatException($"{path} is empty.");
            profile.Validate(path);
            return profile;
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"{path}, line {wrong.LineNumber + 1}: no engine profile: {wrong.Message}", wrong);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private void Validate(string path)
    {
        foreach (var (value, field) in new[] { (KvTokens, "kv_tokens"), (StepTokensMax, "step_tokens_max"), (RunningMax, "running_max") })
        {
            if (value < 1) throw new FormatException($"{path}: {field} is {value}; it must be at least 1.");
        }

        var (time, last) = (StepTime, StepTime.RowKvTokenUs);
        foreach (var value in new[] { time.FixedUs, time.PrefillTokenUs, time.DecodeSequenceUs, time.ResidentKvTokenUs, last })
        {
            if (!double.IsFinite(value) || value < 0)
            {
                throw new FormatException($"{path}: step_time holds {value}; each coefficient is a number of at least 0.");
            }
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(EngineProfileFile))]
internal sealed partial class EngineProfileJsonContext : JsonSerializerContext;
