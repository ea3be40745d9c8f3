using System.CommandLine;
using System.Runtime.InteropServices;
using Kantor.Cli.Models;
using Kantor.Cli.Shell;
using Kantor.LlamaCpp.Gguf;
using Kantor.LlamaCpp.Library;

namespace Kantor.Cli.Doctor;

/// <summary><c>kantor doctor</c>: what is here, what is wrong, and how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "Model file to look at; the built-in one otherwise." };
        var command = new Command(
            "doctor",
            "Prints what Kantor finds on this machine, what is wrong, and how to mend it.\n\n"
            + "Example: kantor doctor --model my.gguf")
        {
            model,
        };
        command.SetAction(parsed => Print(Examine(parsed.GetValue(model))));
        return command;
    }

    /// <summary>All findings, in the order in which they are printed.</summary>
    internal static IReadOnlyList<Finding> Examine(string? model) =>
    [
        new(
            "runtime",
            $".NET {Environment.Version}, {RuntimeInformation.RuntimeIdentifier}",
            Environment.Version.Major >= 10 ? null : "Install the .NET 10 runtime or SDK."),
        ExamineSdk(),
        .. ExamineLibrary(),
        ExamineModel(model),
        new("cores", $"{Environment.ProcessorCount}", null),
        ExamineMemory(),
        new("cache folder", ModelSource.CacheFolder, null),
    ];

    private static Finding ExamineSdk()
    {
        var folder = Path.Combine(
            Environment.GetEnvironmentVariable("DOTNET_ROOT")
                ?? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
            "sdk");
        var newest = Directory.Exists(folder)
            ? Directory.GetDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        return new("SDK", newest ?? "none (only needed to build)", null);
    }

    private static IEnumerable<Finding> ExamineLibrary()
    {
        if (LlamaLibrary.TryLoad(out var problem) is not { } library)
        {
            yield return new("native library", "not usable", problem);
            yield break;
        }

        yield return new("native library", $"llama.cpp {library.Release}, {library.LibraryPath}", null);
        yield return new("CPU variant", $"{library.CpuVariant ?? "generic"}; {library.SystemInfo.Trim(' ', '|')}", null);
        foreach (var device in library.Devices)
        {
            yield return new(
                device.Kind.ToString(),
                $"{device.Name}: {device.Description}, {device.MemoryFreeBytes >> 20:N0} of {device.MemoryTotalBytes >> 20:N0} MiB free",
                null);
        }

        yield return ExamineGpus(library.Gpus);
    }

    /// <summary>Whether what the library was built for is there.</summary>
    internal static Finding ExamineGpus(GpuSupport gpus) => new(
        "GPU kernels",
        gpus switch
        {
            { Kernels.Count: 0, HasDevice: false } => "none; a build for the processor",
            { Kernels.Count: 0 } => "built in",
            { Misfit: not null, Cuda: { } driver } =>
                $"{string.Join(", ", gpus.Kernels)}, but the driver (CUDA {driver.VersionText}) cannot run them",
            { HasDevice: true } => string.Join(", ", gpus.Kernels),
            _ => $"{string.Join(", ", gpus.Kernels)}, but no such device",
        },
        gpus.Misfit ?? gpus.Blindness);

    private static Finding ExamineModel(string? reference)
    {
        try
        {
            var path = ModelReference.Parse(reference) switch
            {
                ModelReference.BuiltIn => ModelSource.BuiltInPath,
                ModelReference.LocalFile local => local.Path,
                _ => throw new UsageException("doctor looks at files on this machine only; download the model with serve first."),
            };
            if (!File.Exists(path)) return new("model", path, "The file is not there: build Kantor again, or name another with --model.");
            var file = GgufPreflight.Check(path);
            return new(
                "model",
                $"{file.Name ?? "unnamed"} ({file.Architecture}, {file.VocabularySize:N0} tokens, {file.FileBytes:N0} bytes), {path}",
                null);
        }
        catch (Exception wrong) when (wrong is GgufFormatException or UsageException)
        {
            return new("model", "not usable", wrong.Message);
        }
    }

    private static Finding ExamineMemory()
    {
        var mebibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        return new(
            "memory", $"{mebibytes:N0} MiB",
            mebibytes >= 512 ? null : "Less than 512 MiB: give the process more, or serve a smaller model with fewer --kv-tokens.");
    }

    private static int Print(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            Console.WriteLine($"{(finding.Remedy is null ? "ok" : "!!")}  {finding.Name,-16} {finding.Value}");
            if (finding.Remedy is not null) Console.WriteLine($"    {"mend:",-16} {finding.Remedy}");
        }

        return findings.All(finding => finding.Remedy is null) ? ExitCode.Success : ExitCode.Failure;
    }
}

/// <summary>One thing looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">How it is.</param>
/// <param name="Remedy">How to mend it; null when nothing is wrong.</param>
internal sealed record Finding(string Name, string Value, string? Remedy);
