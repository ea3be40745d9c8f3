using Kantor.Engine.Backends;
using static Kantor.LlamaCpp.Tests.KvScenario;

namespace Kantor.LlamaCpp.Tests;

/// <summary>KV that leaves the pool and comes back, checked against the pinned release with exact arithmetic settings.</summary>
public class KvCopyTests
{
    private static KvScenario Open(int kvTokens = 512, string? path = null) => new(FakeModels.OpenExact(path, kvTokens, copies: true));

    [Fact]
    public void What_comes_back_gives_the_logits_of_what_never_left()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(70, 1), next = Tokens(5, 2);
        s.Decode(0, 0, prompt);
        using KvCopy copy = s.Backend.Export(0, 0, 70)!;
        s.Clear(0);
        Assert.True(s.Backend.TryImport(copy, 3, 0, 70));
        AssertSame(s.Fresh([.. prompt, .. next]), s.Decode(3, 70, next));
    }

    [Fact]
    public void Without_it_the_same_tokens_give_other_logits()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(70, 1), next = Tokens(5, 2);
        s.Decode(0, 0, prompt);
        s.Backend.Export(0, 0, 70)!.Dispose();
        s.Clear(0);
        AssertDifferent(s.Fresh([.. prompt, .. next]), s.Decode(3, 70, next));
    }

    [Fact]
    public void Parts_of_several_copies_make_one_sequence()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(90, 3), other = [.. prompt[..50], .. Tokens(20, 4)], next = Tokens(3, 5);
        s.Decode(0, 0, prompt);
        s.Decode(1, 0, other);
        using KvCopy head = s.Backend.Export(1, 0, 60)!, tail = s.Backend.Export(0, 30, 90)!;
        s.Backend.CopyCells(0, 2, 0, 10);
        s.Clear(0);
        s.Clear(1);
        Assert.True(s.Backend.TryImport(head, 2, 10, 45));
        Assert.True(s.Backend.TryImport(tail, 2, 45, 90));
        Assert.Equal((0, 89), s.Backend.Positions(2));
        AssertSame(s.Fresh([.. prompt, .. next]), s.Decode(2, 90, next));
    }

    [Fact]
    public void A_sequence_keeps_what_is_copied_of_it()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(40, 6), next = Tokens(4, 7);
        s.Decode(0, 0, prompt);
        using KvCopy copy = s.Backend.Export(0, 10, 30)!;
        AssertSame(s.Fresh([.. prompt, .. next]), s.Decode(0, 40, next));
    }

    [Fact]
    public void A_copy_lands_beside_a_full_pool_and_leaves_no_cells_there()
    {
        using KvScenario s = Open(kvTokens: 256);
        int[] prompt = Tokens(200, 8);
        s.Decode(0, 0, prompt);
        using KvCopy copy = s.Backend.Export(0, 0, 200)!;
        s.Clear(0);
        s.Decode(1, 0, Tokens(250, 9));
        for (int round = 0; round < 20; round++)
        {
            Assert.True(s.Backend.TryImport(copy, 2, 0, 6));
            s.Clear(2);
        }

        Assert.Equal(256, s.Backend.Info.KvTokensTotal);
    }

    [Fact]
    public void The_bytes_of_a_copy_are_what_the_model_s_shape_says()
    {
        using KvScenario s = Open();
        s.Decode(0, 0, Tokens(100, 10));
        using KvCopy copy = s.Backend.Export(0, 0, 100)!;
        long perToken = s.Backend.Info.KvTokenBytes!.Value;
        Assert.InRange(copy.Bytes, 100 * perToken, (100 * (perToken + 16)) + 1024);
    }

    [Fact]
    public void Who_did_not_ask_for_copies_gets_none()
    {
        using KvScenario s = new(FakeModels.OpenExact());
        Assert.Null(s.Backend.Info.KvTokenBytes);
        s.Decode(0, 0, Tokens(10, 11));
        Assert.Throws<NotSupportedException>(() => s.Backend.Export(0, 0, 10));
        var options = new LlamaOptions { ModelPath = FakeModels.Gpt2, KvTokensTotal = 256, SequencesMax = 256, CopiesKv = true };
        Assert.Contains("from 1 to 255", Assert.Throws<ArgumentOutOfRangeException>(() => LlamaBackend.Create(options).Dispose()).Message);
    }
}
