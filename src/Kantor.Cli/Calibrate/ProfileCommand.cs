using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Hardware.Calibration;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Spectre.Console;

namespace Kantor.Cli.Calibrate;

/// <summary><c>kantor calibrate profile</c>: fits a GPU profile to measured operator tables.</summary>
internal static class ProfileCommand
{
    private static readonly Argument<string> Folder = new("FOLDER")
    {
        Description =
            "Tables: gemm_perf*, context_attention_perf*, … (AIConfigurator) or GPU__organisation__model__bf16__tpN__*.csv "
            + "(LLMServingSim), plain or gzip.",
    };

    private static readonly Option<string> Device = new("--device")
    {
        Description = $"Device that was measured: {string.Join(", ", Devices.All.Select(device => device.Name))}.",
        HelpName = "NAME",
        Required = true,
    };

    private static readonly Option<string?> Collectives = new("--collectives")
    {
        Description = $"Profile whose collectives are taken when the tables have none: {string.Join(", ", GpuProfiles.Names)}.",
        HelpName = "NAME",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "File of the profile, as JSON; - for the standard output.",
        HelpName = "FILE",
        Required = true,
    };

    public static Command Create()
    {
        var command = new Command(
            "profile",
            "Fits a GPU profile to measured operator tables and says how far the fit is from the points it was not made of.\n\n"
            + "Example: kantor calibrate profile tables/h100_sxm --device h100 --out h100.json")
        {
            Folder, Device, Collectives, Out,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var profile = Fit(parsed.GetRequiredValue(Folder), parsed.GetRequiredValue(Device), parsed.GetValue(Collectives));
        var file = parsed.GetRequiredValue(Out);
        var json = GpuProfileJson.Write(profile) + "\n";
        if (file == "-")
        {
            Console.Out.Write(json);
            return ExitCode.Success;
        }

        File.WriteAllText(file, json);
        Print(profile);
        Console.WriteLine($"{file}: {json.Length / 1024} KiB");
        return ExitCode.Success;
    }

    private static GpuProfile Fit(string folder, string device, string? collectives)
    {
        try
        {
            return ProfileCalibration.Fit(folder, device, collectives is null ? null : GpuProfiles.Find(collectives));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private static void Print(GpuProfile profile)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("operator");
        foreach (var column in new[] { "points", "median error", "P90" }) table.AddColumn(new TableColumn(column).RightAligned());
        void Row(string name, FitError error) =>
            table.AddRow(name, error.Points.ToString(CultureInfo.InvariantCulture), Percent(error.Median), Percent(error.P90));
        foreach (var fit in profile.Gemm) Row($"product {fit.Format.Name()}", fit.Error);
        foreach (var fit in profile.PrefillAttention) Row($"prefill attention {fit.HeadSize} {fit.KvFormat.Name()}", fit.Error);
        foreach (var fit in profile.DecodeAttention)
        {
            Row($"decode attention {fit.HeadSize} {fit.KvFormat.Name()} group {fit.Group}", fit.Error);
        }
        foreach (var fit in profile.Experts) Row($"experts {fit.Format.Name()}", fit.Error);
        foreach (var fit in profile.LatentAttention)
        {
            Row($"latent attention {fit.Format.Name()} {fit.KvFormat.Name()} {fit.Heads} heads", fit.Error);
        }
        AnsiConsole.Write(table);
    }

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
