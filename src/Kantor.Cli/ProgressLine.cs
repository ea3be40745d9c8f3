using Spectre.Console;

namespace Kantor.Cli;

/// <summary>Progress on standard error, only when it is a terminal.</summary>
internal static class ProgressLine
{
    /// <summary>Runs work that reports the share done, 0 to 1.</summary>
    public static void Run(string what, Action<IProgress<double>> work)
    {
        if (Console.IsErrorRedirected)
        {
            work(new Silent<double>());
            return;
        }

        Bar().Start(context =>
        {
            var task = context.AddTask(what);
            work(new Reporter<double>(share => task.Value = share * task.MaxValue));
        });
    }

    /// <summary>Runs asynchronous work that reports the share done, 0 to 1.</summary>
    public static async Task RunAsync(string what, Func<IProgress<double>, Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            await work(new Silent<double>());
            return;
        }

        await Bar().StartAsync(async context =>
        {
            var task = context.AddTask(what);
            await work(new Reporter<double>(share => task.Value = share * task.MaxValue));
        });
    }

    /// <summary>Runs work that reports bytes done and, when known, in all.</summary>
    public static async Task<T> RunBytesAsync<T>(string what, Func<IProgress<(long Done, long? Total)>, Task<T>> work)
    {
        if (Console.IsErrorRedirected) return await work(new Silent<(long, long?)>());
        return await Bar(new DownloadedColumn(), new TransferSpeedColumn()).StartAsync(async context =>
        {
            ProgressTask? task = null;
            return await work(new Reporter<(long Done, long? Total)>(bytes =>
            {
                task ??= context.AddTask(what);
                task.IsIndeterminate = bytes.Total is null;
                if (bytes.Total is { } total) task.MaxValue = total;
                task.Value = bytes.Done;
            }));
        });
    }

    private static Progress Bar(params ProgressColumn[] more) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress()
            .Columns([new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), .. more, new RemainingTimeColumn()]);

    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    private sealed class Silent<T> : IProgress<T>
    {
        public void Report(T value)
        {
        }
    }
}
