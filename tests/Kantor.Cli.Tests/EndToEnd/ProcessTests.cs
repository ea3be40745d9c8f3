using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The program as a person runs it.</summary>
public sealed partial class ProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Serve_prints_a_curl_line_that_works_and_ends_cleanly_when_told_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The printed line is for a POSIX shell.");
        using var serve = Start("serve", "--port", "0", "--threads", "1");
        var line = await ReadUntilAsync(serve.StandardOutput, text => text.StartsWith("curl ", StringComparison.Ordinal));
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", line.Replace("curl ", "curl -sS ", StringComparison.Ordinal)]) { RedirectStandardOutput = true })!;
        var answer = JsonNode.Parse(await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))!;
        Assert.NotEmpty((string)answer["choices"]![0]!["message"]!["content"]!);

        using var kill = Process.Start("kill", ["-TERM", $"{serve.Id}"]);
        Assert.Equal(0, await ExitAsync(serve));
    }

    [Theory]
    [InlineData(2, "vllm-v1", "serve", "--policy", "fifo")]
    [InlineData(2, "no such file", "serve", "--model", "nowhere.gguf")]
    [InlineData(2, "hf:owner/repository/file.gguf", "serve", "--model", "hf:owner")]
    [InlineData(2, "--kv-tokens is 0; it must be from 1", "serve", "--kv-tokens", "0")]
    [InlineData(2, "--gpu-layers is -1; it must be from 0", "serve", "--gpu-layers", "-1")]
    [InlineData(2, "API key", "serve", "--host", "0.0.0.0")]
    [InlineData(2, "--heads 3 must divide --width 64", "fake", "model", "--heads", "3", "--kv-heads", "3", "x.gguf")]
    [InlineData(2, "frobnicate", "frobnicate")]
    public async Task A_wrong_command_line_ends_with_a_message_that_says_what_would_be_right(int exitCode, string says, params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(exitCode, await ExitAsync(process));
        Assert.Contains(says, errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public async Task A_damaged_model_is_refused_with_section_and_offset()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("kantor-damaged").FullName, "cut.gguf");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(Path.Combine(ProbeServer.ModelsFolder, "probe.gguf"), TestContext.Current.CancellationToken))[..5_000], TestContext.Current.CancellationToken);
        using var process = Start("serve", "--model", path);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await ExitAsync(process));
        Assert.Matches(OffsetForm(), errors);
    }

    [Fact]
    public async Task A_missing_native_library_is_one_message_with_both_ways_out_and_other_verbs_work()
    {
        var empty = Directory.CreateTempSubdirectory("kantor-empty").FullName;
        using var serve = Start(["serve"], ("KANTOR_LLAMA_DIR", empty));
        var errors = await serve.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await ExitAsync(serve));
        Assert.Contains("Node.js", errors);
        Assert.Contains("KANTOR_LLAMA_DIR", errors);

        using var simulate = Start(["simulate", "--limit", "20", "--policy", "fcfs", "--json", "-"], ("KANTOR_LLAMA_DIR", empty));
        var report = JsonNode.Parse(await simulate.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(0, await ExitAsync(simulate));
        Assert.Equal(20, (int)report["runs"]![0]!["requests"]!);
    }

    [Fact]
    public async Task Doctor_finds_nothing_wrong_here()
    {
        using var doctor = Start("doctor");
        var findings = await doctor.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await ExitAsync(doctor));
        Assert.Contains("llama.cpp 0.5.0", findings);
        Assert.Contains("kantor-probe", findings);
    }

    /// <summary>Sockets of the process, as the kernel lists them; where there is no such list the test has nothing to look at.</summary>
    [Fact]
    public async Task Exactly_the_configured_socket_listens__G21()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        using var serve = Start("serve", "--port", "0", "--threads", "1");
        await ReadUntilAsync(serve.StandardOutput, text => text.StartsWith("curl ", StringComparison.Ordinal));
        var folder = $"/proc/{serve.Id}";
        var own = Directory.GetFiles($"{folder}/fd").Select(path => new FileInfo(path).LinkTarget).ToHashSet();
        // Local address second, state fourth (0A listens), inode tenth.
        var listening = (from table in (string[])["tcp", "tcp6"]
                         from line in File.ReadLines($"{folder}/net/{table}").Skip(1)
                         let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                         where words[3] == "0A" && own.Contains($"socket:[{words[9]}]")
                         select words[1]).ToArray();
        serve.Kill(entireProcessTree: true);
        Assert.Single(listening);
        Assert.StartsWith("0100007F:", listening[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_verb_has_help_with_an_example()
    {
        foreach (var verb in (string[][])[["serve"], ["simulate"], ["calibrate"], ["calibrate", "engine"], ["calibrate", "profile"], ["fake", "model"], ["doctor"]])
        {
            using var process = Start([.. verb, "--help"]);
            var help = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, await ExitAsync(process));
            Assert.Contains($"Example: kantor {string.Join(' ', verb)}", help);
        }
    }

    [GeneratedRegex(@"(offset|byte) [\d,]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OffsetForm();

    internal static Process Start(params string[] arguments) => Start(arguments, []);

    internal static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "kantor.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    internal static async Task<string> ReadUntilAsync(StreamReader reader, Func<string, bool> isIt)
    {
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (isIt(line)) return line;
        }

        throw new InvalidOperationException("The program ended before it said what was waited for.");
    }

    internal static async Task<int> ExitAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The program did not end within {Patience}.");
        }
    }
}
