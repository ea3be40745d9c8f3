using System.Diagnostics.CodeAnalysis;
using Kantor.Cli.Yaml;
using Kantor.Core.Objectives;

namespace Kantor.Cli.Scenarios;

/// <summary>An objective, in one line.</summary>
internal sealed class ObjectiveShape : Shape<Objective>
{
    /// <inheritdoc/>
    public override string Allowed => $"a line such as {Objective.Help}";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out Objective value)
    {
        value = null;
        if (node is not YamlScalar { IsNone: false } scalar)
        {
            Refuse(node, path, problems);
            return false;
        }

        if (Objective.TryParse(scalar.Text, out value, out var error)) return true;
        problems.Add(node.Place, path, $"{error.TrimEnd('.')}; right is {Allowed}.");
        return false;
    }
}
