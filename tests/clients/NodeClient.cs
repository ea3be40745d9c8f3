using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Kantor.Clients;

/// <summary>Runs the scripts of this folder, which use the official OpenAI client for Node.js, against any server.</summary>
internal static class NodeClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly SemaphoreSlim Installing = new(1, 1);

    /// <summary>Runs <c>drive.mjs</c> and returns its report.</summary>
    /// <param name="baseUrl">Server's address with /v1.</param>
    /// <param name="model">Model to ask.</param>
    /// <param name="more">Further members of the script's input, see its head.</param>
    public static async Task<JsonNode> DriveAsync(Uri baseUrl, string model, JsonObject? more = null)
    {
        await InstallAsync();
        var input = more?.DeepClone().AsObject() ?? [];
        input["baseUrl"] = baseUrl.ToString();
        input["model"] = model;
        return JsonNode.Parse(await RunAsync("node", ["drive.mjs"], input.ToJsonString()))!;
    }

    private static async Task InstallAsync()
    {
        await Installing.WaitAsync();
        try
        {
            await using var alone = await LockAsync();
            if (!File.Exists(Path.Combine(Folder(), "node_modules", "openai", "package.json"))) await RunAsync("npm", ["ci", "--no-audit", "--no-fund"], "");
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>Test projects run at the same time and share the folder: only one of them installs.</summary>
    private static async Task<FileStream> LockAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "kantor-node-clients.lock");
        for (var waitedMs = 0; ; waitedMs += 100)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waitedMs < Patience.TotalMilliseconds)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() && program == "npm" ? "npm.cmd" : program, arguments)
        {
            WorkingDirectory = Folder(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start; Node.js 20 or later is needed.");
        using var timeout = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{await errors}");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
