using Kantor.Engine.Backends;
using Kantor.Engine.Backends.Scripted;

namespace Kantor.Engine.Tests.Backends.Scripted;

public class ScriptedBackendTests
{
    private readonly ScriptedBackend _backend = new(new ScriptedBackendOptions { KvTokensTotal = 10, SequencesMax = 4, BatchTokensMax = 10 });

    [Fact]
    public void What_follows_depends_on_every_cell_that_the_sequence_sees()
    {
        Assert.Equal(ExecuteStatus.Ok, Execute((0, 0, 'a'), (0, 1, 'b')));
        Assert.Equal(ExecuteStatus.Ok, Execute((1, 0, 'x'), (1, 1, 'b')));
        _backend.CopyCells(1, 2, 0, 1);
        _backend.CopyCells(0, 2, 1, 2);
        Assert.Equal(ExecuteStatus.Ok, Execute((0, 2, 'c'), (2, 2, 'c')));
        Assert.NotEqual(_backend.Logits(0).ToArray(), _backend.Logits(1).ToArray());
    }

    [Fact]
    public void A_copied_prefix_and_a_computed_one_say_the_same()
    {
        Execute((0, 0, 'a'), (0, 1, 'b'));
        _backend.CopyCells(0, 1, 0, 2);
        Execute((2, 0, 'a'), (2, 1, 'b'));
        Execute((0, 2, 'c'), (1, 2, 'c'), (2, 2, 'c'));
        Assert.Equal(_backend.Logits(0).ToArray(), _backend.Logits(1).ToArray());
        Assert.Equal(_backend.Logits(0).ToArray(), _backend.Logits(2).ToArray());
        Assert.Equal(7, _backend.CellsUsed);
    }

    [Fact]
    public void A_cell_is_free_when_nobody_holds_it()
    {
        Execute((0, 0, 'a'), (0, 1, 'b'));
        _backend.CopyCells(0, 1, 0, 2);
        _backend.RemoveCells(0, 0, 2);
        Assert.Equal(2, _backend.CellsUsed);
        Assert.Equal(['a', 'b'], _backend.TokensOf(1));
        _backend.RemoveCells(1, 1, 2);
        Assert.Equal(1, _backend.CellsUsed);
    }

    [Fact]
    public void Rows_that_do_not_continue_their_sequence_are_refused_and_change_nothing()
    {
        Execute((0, 0, 'a'));
        Assert.Equal(ExecuteStatus.InvalidBatch, Execute((0, 2, 'c')));
        Assert.Equal(ExecuteStatus.InvalidBatch, Execute((0, 0, 'c')));
        Assert.Equal(ExecuteStatus.InvalidBatch, Execute((1, 1, 'c')));
        Assert.Equal(ExecuteStatus.InvalidBatch, Execute((1, 0, 260)));
        Assert.Equal(ExecuteStatus.InvalidBatch, Execute((4, 0, 'a')));
        Assert.Equal(ExecuteStatus.InvalidBatch, Execute());
        Assert.Equal(1, _backend.CellsUsed);
    }

    [Fact]
    public void A_full_pool_has_no_slot_and_changes_nothing()
    {
        Execute([.. Enumerable.Range(0, 8).Select(position => (0, position, (int)'a'))]);
        Assert.Equal(ExecuteStatus.NoKvSlot, Execute((1, 0, 'a'), (1, 1, 'a'), (1, 2, 'a')));
        Assert.Equal(8, _backend.CellsUsed);
        Assert.Equal(ExecuteStatus.Ok, Execute((1, 0, 'a'), (1, 1, 'a')));
    }

    [Fact]
    public async Task Another_thread_is_turned_away__G24()
    {
        _backend.RemoveCells(0, 0, 1);
        await Task.Factory.StartNew(
            () => Assert.Throws<InvalidOperationException>(() => _backend.RemoveCells(0, 0, 1)),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    [Fact]
    public void A_scripted_answer_is_said_whatever_was_asked()
    {
        var options = new ScriptedBackendOptions { NextToken = ScriptedLanguage.Answering("The answer\nis 42.") };
        var bench = new EngineBench(options);
        var prompt = bench.Backend.Tokenizer.EncodeChat([new ChatTurn("user", "What is it?")]);
        var answer = bench.Submit(EngineBench.Request("unused") with { PromptTokens = prompt });
        bench.Run(answer);
        Assert.Equal("The answer\nis 42.", answer.Text);
    }

    private ExecuteStatus Execute(params (int Sequence, int Position, int Token)[] rows)
    {
        var batch = new StepBatch(10);
        foreach (var (sequence, position, token) in rows) batch.Add(token, position, sequence, wantsLogits: true);
        return _backend.Execute(batch);
    }
}
