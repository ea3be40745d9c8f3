using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kantor.Cli.Shell;

/// <summary>
/// Shows on standard error how far work is: a bar with rate and remaining time while that is a terminal, a plain line every ten seconds
/// where it is not, and at the end what was done. The standard output is left to results.
/// </summary>
internal sealed class WorkProgress
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly WorkCounts _counts;
    private readonly TextWriter _writer;
    private readonly IAnsiConsole? _terminal;
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>The progress of one piece of work.</summary>
    /// <param name="counts">How far it is.</param>
    /// <param name="writer">Where plain lines go.</param>
    /// <param name="terminal">Where the bar is drawn; null where there is none.</param>
    public WorkProgress(WorkCounts counts, TextWriter writer, IAnsiConsole? terminal) =>
        (_counts, _writer, _terminal) = (counts, writer, terminal);

    /// <summary>Does work that counts as it goes.</summary>
    public static void Run(WorkCounts counts, Action work) => RunAsync(counts, () =>
    {
        work();
        return Task.FromResult(true);
    }).GetAwaiter().GetResult();

    /// <summary>Does work that reports the share done, 0 to 1.</summary>
    public static void Run(string what, Action<IProgress<double>> work)
    {
        var counts = new WorkCounts(what, null, null);
        Run(counts, () => work(OfShares(counts)));
    }

    /// <summary>Does work that counts as it goes.</summary>
    public static Task<T> RunAsync<T>(WorkCounts counts, Func<Task<T>> work) =>
        new WorkProgress(counts, Console.Error, Terminal()).ShowAsync(work);

    /// <summary>Does work that reports the share done, 0 to 1.</summary>
    public static Task RunAsync(string what, Func<IProgress<double>, Task> work)
    {
        var counts = new WorkCounts(what, null, null);
        return RunAsync(counts, async () =>
        {
            await work(OfShares(counts));
            return true;
        });
    }

    /// <summary>Does work that reports bytes done and, when known, in all.</summary>
    public static Task<T> RunBytesAsync<T>(string what, Func<IProgress<(long Done, long? Total)>, Task<T>> work)
    {
        const long megabyte = 1_000_000;
        var counts = new WorkCounts(what, "MB", null);
        return RunAsync(
            counts, () => work(new Reporter<(long Done, long? Total)>(bytes => counts.Set(bytes.Done / megabyte, bytes.Total / megabyte))));
    }

    /// <summary>Does the work and shows how far it is until it ends, by itself or by an exception.</summary>
    public async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return _terminal is { } terminal ? await WithBarAsync(terminal, work) : await WithLinesAsync(work);
        }
        finally
        {
            if (_counts.End(Elapsed) is { } end) _writer.WriteLine("kantor: " + end);
        }
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    private Task<T> WithBarAsync<T>(IAnsiConsole terminal, Func<Task<T>> work) => terminal.Progress().AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new CountsColumn(this))
        .StartAsync(async context =>
        {
            context.AddTask(Markup.Escape(_counts.What), maxValue: 1).IsIndeterminate = true;
            return await work();
        });

    private async Task<T> WithLinesAsync<T>(Func<Task<T>> work)
    {
        await using var timer = new Timer(
            _ => _writer.WriteLine($"kantor: {_counts.What}: {_counts.At(Elapsed)}"), null, PlainInterval, PlainInterval);
        return await work();
    }

    /// <summary>
    /// The terminal on standard error; null where there is none, or one that cannot move its cursor. The library looks at the standard
    /// output, which is often a file, so that only Windows is left to it.
    /// </summary>
    private static IAnsiConsole? Terminal()
    {
        if (Console.IsErrorRedirected) return null;
        var knowsAnsi = Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = OperatingSystem.IsWindows() ? AnsiSupport.Detect : knowsAnsi ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(Console.Error),
        });
        return console.Profile.Capabilities.Ansi ? console : null;
    }

    private static Reporter<double> OfShares(WorkCounts counts) => new(share => counts.Set((long)(share * 1000), 1000));

    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    /// <summary>The counts beside the bar, which is told of them each time it is drawn, not each time something ends.</summary>
    private sealed class CountsColumn(WorkProgress progress) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            if (progress._counts.Share is { } share) (task.IsIndeterminate, task.Value) = (false, share);
            return new Text(progress._counts.At(progress.Elapsed));
        }
    }
}
