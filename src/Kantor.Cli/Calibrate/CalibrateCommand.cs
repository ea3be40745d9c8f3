using System.CommandLine;

namespace Kantor.Cli.Calibrate;

/// <summary><c>kantor calibrate</c>: makes the profiles that simulations take their step times from.</summary>
internal static class CalibrateCommand
{
    public static Command Create() => new(
        "calibrate",
        "Makes step-time profiles for simulations: of the engine on this machine, or of a GPU from measured operator tables.\n\n"
        + "Example: kantor calibrate engine my.gguf --out my.json")
    {
        EngineCommand.Create(),
        ProfileCommand.Create(),
    };
}
