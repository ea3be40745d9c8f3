using Kantor.LlamaCpp.Library;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kantor.LlamaCpp.Tests.Library;

[Collection(nameof(ProcessWide))]
public class NativeLogTests
{
    [Fact]
    public void Pieces_of_text_become_whole_lines_and_complaints_are_kept()
    {
        var lines = new LogLines();
        Assert.False(lines.TryFinish(4, "half ", out _, out _));
        Assert.Equal("the library gave no reason", lines.Explain());
        Assert.True(lines.TryFinish(5, "a line\n", out LogLevel level, out string line));
        Assert.Equal((LogLevel.Error, "half a line"), (level, line));
        Assert.True(lines.TryFinish(2, "only news\n", out level, out _));
        Assert.Equal(LogLevel.Debug, level);
        Assert.Equal("half a line", lines.Explain());
        lines.Forget();
        Assert.Equal("the library gave no reason", lines.Explain());
    }

    [Fact]
    public void A_line_without_end_is_cut_and_old_complaints_make_room()
    {
        var lines = new LogLines();
        Assert.True(lines.TryFinish(3, new('x', 5000), out _, out _));
        for (int i = 0; i < 20; i++) lines.TryFinish(3, $"complaint {i}\n", out _, out _);
        Assert.Equal(8, lines.Explain().Split("; ").Length);
        Assert.EndsWith("complaint 19", lines.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_writes_to_the_logger_that_the_caller_gave()
    {
        var sink = new Sink(throws: false);
        LlamaBackend.Create(new() { ModelPath = FakeModels.Gpt2, KvTokensTotal = 256, Threads = 1 }, sink).Dispose();
        LlamaLibrary.Load(NullLogger.Instance);
        Assert.Contains(sink.Lines, l => l.Contains("llama.cpp: ", StringComparison.Ordinal) && l.Contains("n_ctx", StringComparison.Ordinal));
    }

    [Fact]
    public void A_logger_that_throws_is_dropped_and_the_model_loads_all_the_same__G16()
    {
        var sink = new Sink(throws: true);
        using LlamaBackend backend = LlamaBackend.Create(new() { ModelPath = FakeModels.Gpt2, KvTokensTotal = 256, Threads = 1 }, sink);
        LlamaLibrary.Load(NullLogger.Instance);
        Assert.Single(sink.Lines);
    }

    private sealed class Sink(bool throws) : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add(formatter(state, exception));
            if (throws) throw new IOException("The log disk is full.");
        }
    }
}
