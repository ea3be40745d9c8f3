using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Kantor.Clients;

/// <summary>Runs the scripts of this folder, which use the official OpenAI client for Node.js, against any server.</summary>
internal static class NodeClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs <c>drive.mjs</c> and returns its report.</summary>
    /// <param name="baseUrl">Server's address with /v1.</param>
    /// <param name="model">Model to ask.</param>
    /// <param name="more">Further members of the script's input, see its head.</param>
    public static Task<JsonNode> DriveAsync(Uri baseUrl, string model, JsonObject? more = null) => DriveAsync("drive.mjs", baseUrl, model, more);

    /// <summary>Runs a script of the folder and returns its report.</summary>
    public static async Task<JsonNode> DriveAsync(string script, Uri baseUrl, string model, JsonObject? more = null)
    {
        await InstallAsync();
        var input = more?.DeepClone().AsObject() ?? [];
        input["baseUrl"] = baseUrl.ToString();
        input["model"] = model;
        return JsonNode.Parse(await RunAsync("node", [script], input.ToJsonString()))!;
    }

    /// <summary>Test projects run at the same time and share the folder: one at a time looks and installs. A mutex belongs to a thread, so all happens on one.</summary>
    private static Task InstallAsync() => Task.Run(() =>
    {
        using var alone = new Mutex(initiallyOwned: false, @"Global\kantor-node-clients");
        if (!TryEnter(alone)) throw new TimeoutException($"Another process has been installing in {Folder()} for {Patience}.");
        try
        {
            if (!File.Exists(Path.Combine(Folder(), "node_modules", "@anthropic-ai", "sdk", "package.json"))) RunAsync("npm", ["ci", "--no-audit", "--no-fund"], "").GetAwaiter().GetResult();
        }
        finally
        {
            alone.ReleaseMutex();
        }
    });

    private static bool TryEnter(Mutex mutex)
    {
        try
        {
            return mutex.WaitOne(Patience);
        }
        catch (AbandonedMutexException)
        {
            // Whoever had it was killed; it is ours now, and npm begins anew in any case.
            return true;
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
