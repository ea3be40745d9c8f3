using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Kv;

public class PrefixTreeTests
{
    private static readonly CacheDomain Home = new(0, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_finds_exactly_the_prefixes_that_a_dictionary_of_them_holds(bool hashIsConstant) => Laws.HoldForLists(operations =>
    {
        var tree = new PrefixTree(1, hashIsConstant ? static _ => 3 : null);
        var model = new Dictionary<string, int>();
        var root = tree.RootFor(Home);
        tree.Pin(root);
        foreach (var number in operations)
        {
            var word = Word(number);
            if (number % 3 == 0) Forget(tree, model, root, word);
            else Learn(tree, model, root, word, number % 1000);
            foreach (var probe in operations.Take(10)) AssertSame(tree, model, root, Word(probe));
        }
    }, cases: 60);

    [Fact]
    public void Nodes_go_away_when_nothing_needs_them()
    {
        var tree = new PrefixTree(1, null);
        var root = tree.RootFor(Home);
        var content = TokenContent.FromTokens([1, 2, 3]);
        var first = tree.ChildFor(root, content, 0);
        var second = tree.ChildFor(first, content, 1);
        tree.SetBlock(first, 10);
        tree.SetBlock(second, 11);
        Assert.Equal(3, tree.Count);
        tree.ClearBlock(first);
        Assert.Equal(3, tree.Count);
        tree.ClearBlock(second);
        Assert.Equal(0, tree.Count);
        Assert.False(tree.TryFindRoot(Home, out _));
    }

    [Fact]
    public void A_pinned_node_stays_without_a_block()
    {
        var tree = new PrefixTree(1, null);
        var node = tree.ChildFor(tree.RootFor(Home), TokenContent.FromTokens([1]), 0);
        tree.Pin(node);
        tree.SetBlock(node, 0);
        tree.ClearBlock(node);
        Assert.Null(tree.BlockOf(node));
        Assert.Equal(2, tree.Count);
        tree.Unpin(node);
        Assert.Equal(0, tree.Count);
    }

    private static int[] Word(int number) => [.. Enumerable.Range(0, 1 + (number % 5)).Select(i => number >> (3 + (2 * i)) & 3)];

    private static void Learn(PrefixTree tree, Dictionary<string, int> model, int root, int[] word, int block)
    {
        var content = TokenContent.FromTokens(word);
        var node = root;
        for (var i = 0; i < word.Length; i++)
        {
            if (!tree.TryFindChild(node, content, i, out var child)) child = tree.ChildFor(node, content, i);
            node = child;
        }

        tree.SetBlock(node, block);
        model[string.Concat(word)] = block;
    }

    private static void Forget(PrefixTree tree, Dictionary<string, int> model, int root, int[] word)
    {
        if (model.Remove(string.Concat(word))) tree.ClearBlock(Find(tree, root, word)!.Value);
    }

    private static void AssertSame(PrefixTree tree, Dictionary<string, int> model, int root, int[] word)
    {
        int? found = Find(tree, root, word) is { } node ? tree.BlockOf(node) : null;
        Assert.Equal(model.TryGetValue(string.Concat(word), out var block) ? block : null, found);
    }

    private static int? Find(PrefixTree tree, int root, int[] word)
    {
        var content = TokenContent.FromTokens(word);
        var node = root;
        for (var i = 0; i < word.Length; i++)
        {
            if (!tree.TryFindChild(node, content, i, out node)) return null;
        }

        return node;
    }
}
