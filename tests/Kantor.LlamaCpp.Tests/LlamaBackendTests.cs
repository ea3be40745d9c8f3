using Kantor.Engine.Backends;

namespace Kantor.LlamaCpp.Tests;

public class LlamaBackendTests
{
    [Fact]
    public void Logits_of_a_decoded_row_are_finite_and_depend_on_the_token()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        var batch = new StepBatch(8);
        batch.Add(token: 70, position: 0, sequence: 0, wantsLogits: true);
        batch.Add(token: 71, position: 0, sequence: 1, wantsLogits: true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
        float[] first = backend.Logits(0).ToArray();
        float[] second = backend.Logits(1).ToArray();
        Assert.Equal(backend.Info.VocabularySize, first.Length);
        Assert.All(first, l => Assert.True(float.IsFinite(l)));
        Assert.NotEqual(first, second);
    }
}
