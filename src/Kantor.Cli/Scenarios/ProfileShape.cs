using System.Diagnostics.CodeAnalysis;
using Kantor.Cli.Yaml;
using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Published;

namespace Kantor.Cli.Scenarios;

/// <summary>A profile, and the bytes of KV that a token takes on all devices of a replica where the name tells the model.</summary>
internal sealed record NamedProfile(StepTimeProfile Profile, double? TokenBytes);

/// <summary>A profile by name: a built-in one, a model on a device, or a file.</summary>
/// <param name="readFile">Reads a profile file; throws <see cref="FormatException"/> when it is none.</param>
internal sealed class ProfileShape(Func<string, StepTimeProfile> readFile) : Shape<NamedProfile>
{
    /// <inheritdoc/>
    public override string Allowed =>
        $"one of {string.Join(", ", StepTimeProfiles.All.Select(known => known.Name))}, {DeploymentName.Form} such as llama-3.1-8b@h100, "
        + "or FILE.json of 'kantor calibrate engine'";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out NamedProfile value)
    {
        value = null;
        if (node is not YamlScalar { IsNone: false } scalar)
        {
            Refuse(node, path, problems);
            return false;
        }

        try
        {
            value = Find(scalar.Text);
        }
        catch (FormatException wrong)
        {
            problems.Add(node.Place, path, $"{wrong.Message.TrimEnd('.')}.");
            return false;
        }

        if (value is not null) return true;
        problems.Add(
            node.Place, path,
            $"is {node.Kind}; right is {Allowed}.{Nearest.Hint(scalar.Text, StepTimeProfiles.All.Select(known => known.Name))}");
        return false;
    }

    private NamedProfile? Find(string name)
    {
        if (name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return new NamedProfile(readFile(name), null);
        if (!name.Contains('@', StringComparison.Ordinal))
        {
            return StepTimeProfiles.All.FirstOrDefault(known => known.Name == name) is { } known ? new NamedProfile(known, null) : null;
        }
        var deployment = DeploymentName.Parse(name);
        return new NamedProfile(DeploymentName.Profile(name), KvCapacity.BytesPerToken(deployment) * deployment.TensorParallel);
    }
}
