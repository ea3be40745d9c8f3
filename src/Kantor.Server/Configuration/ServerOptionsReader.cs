using System.Globalization;
using Kantor.OpenAi.Requests;
using Microsoft.Extensions.Configuration;

namespace Kantor.Server.Configuration;

/// <summary>
/// Reads <see cref="ServerOptions"/> from configuration: section <c>Kantor:Server</c> of <c>appsettings.json</c>, or environment variables
/// such as <c>Kantor__Server__Port</c>. A setting that is not known is an error, like a value that cannot be read.
/// </summary>
public static class ServerOptionsReader
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Kantor:Server";

    /// <summary>The options, or null and everything that is wrong, out-of-range values included.</summary>
    public static ServerOptions? TryRead(IConfiguration configuration, out IReadOnlyList<string> errors)
    {
        var problems = new List<string>();
        var options = Read(configuration.GetSection(Section), problems);
        if (problems.Count == 0) problems.AddRange(options.Validate());
        errors = [.. problems.Select(problem => $"{Section}: {problem}")];
        return problems.Count == 0 ? options : null;
    }

    private static ServerOptions Read(IConfigurationSection section, List<string> problems)
    {
        var options = new ServerOptions();
        foreach (var setting in section.GetChildren())
        {
            options = setting.Key.ToUpperInvariant() switch
            {
                "HOST" => options with { Host = setting.Value ?? "" },
                "PORT" => options with { Port = Whole(setting, problems) },
                "APIKEYS" => options with { ApiKeys = Texts(setting) },
                "TENANTS" => options with { Tenants = [.. setting.GetChildren().Select(tenant => ReadTenant(tenant, problems))] },
                "ADMINKEYS" => options with { AdminKeys = Texts(setting) },
                "STALLTIMEOUTMS" => options with { StallTimeoutMs = Whole(setting, problems) },
                "DRAINTIMEOUTMS" => options with { DrainTimeoutMs = Whole(setting, problems) },
                "CONNECTIONSMAX" => options with { ConnectionsMax = Whole(setting, problems) },
                "LIMITS" => options with { Limits = ReadLimits(setting, problems) },
                _ => Unknown(options, setting, problems),
            };
        }

        return options;
    }

    private static TenantOptions ReadTenant(IConfigurationSection section, List<string> problems)
    {
        var tenant = new TenantOptions();
        foreach (var setting in section.GetChildren())
        {
            tenant = setting.Key.ToUpperInvariant() switch
            {
                "NAME" => tenant with { Name = setting.Value ?? "" },
                "APIKEYS" => tenant with { ApiKeys = Texts(setting) },
                "PRIORITY" => tenant with { Priority = Whole(setting, problems) },
                "ANSWERSMAX" => tenant with { AnswersMax = Whole(setting, problems) },
                _ => Unknown(tenant, setting, problems),
            };
        }

        return tenant;
    }

    private static RequestLimits ReadLimits(IConfigurationSection section, List<string> problems)
    {
        var limits = new RequestLimits();
        foreach (var setting in section.GetChildren())
        {
            limits = setting.Key.ToUpperInvariant() switch
            {
                "BODYBYTESMAX" => limits with { BodyBytesMax = Whole(setting, problems) },
                "MESSAGESMAX" => limits with { MessagesMax = Whole(setting, problems) },
                "PARTSMAX" => limits with { PartsMax = Whole(setting, problems) },
                "PROMPTSMAX" => limits with { PromptsMax = Whole(setting, problems) },
                "CHOICESMAX" => limits with { ChoicesMax = Whole(setting, problems) },
                "STOPSMAX" => limits with { StopsMax = Whole(setting, problems) },
                "STOPCHARSMAX" => limits with { StopCharsMax = Whole(setting, problems) },
                "BIASMAX" => limits with { BiasMax = Whole(setting, problems) },
                "TOPLOGPROBSMAX" => limits with { TopLogprobsMax = Whole(setting, problems) },
                "PROMPTBYTESPERTOKENMAX" => limits with { PromptBytesPerTokenMax = Whole(setting, problems) },
                "COSTTOKENSMAX" => limits with { CostTokensMax = Long(setting, problems) },
                _ => Unknown(limits, setting, problems),
            };
        }

        return limits;
    }

    private static T Unknown<T>(T options, IConfigurationSection setting, List<string> problems)
    {
        problems.Add($"{Name(setting)} is not a setting.");
        return options;
    }

    private static int Whole(IConfigurationSection setting, List<string> problems)
    {
        var value = Long(setting, problems);
        if (value is >= int.MinValue and <= int.MaxValue) return (int)value;
        problems.Add($"{Name(setting)} is {value}; it is too large.");
        return 0;
    }

    private static long Long(IConfigurationSection setting, List<string> problems)
    {
        if (long.TryParse(setting.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        problems.Add($"{Name(setting)} is '{setting.Value}'; it must be a whole number.");
        return 0;
    }

    private static string[] Texts(IConfigurationSection section) => [.. section.GetChildren().Select(entry => entry.Value ?? "")];

    private static string Name(IConfigurationSection setting) => setting.Path[(Section.Length + 1)..];
}
