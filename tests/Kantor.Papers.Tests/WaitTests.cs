using Kantor.Papers.Studies;

namespace Kantor.Papers.Tests;

public class WaitTests(ITestOutputHelper output)
{
    /// <summary>
    /// The source's example with two stages: inputs of 1 and outputs of 2 tokens, 12 tokens of memory, 4 arrivals a step, so that 4 in each stage
    /// fill it exactly. Admitting whoever fits completes 3 to 3.5 a step, because what was admitted is evicted; WAIT completes nearly 4. Here who is
    /// evicted keeps its tokens, so that computing again must cost something: a step has 9 tokens, one more than the balance takes. With tokens
    /// without end greedy admission loses nothing.
    /// </summary>
    [Fact]
    public void ACC_3_6_in_the_toy_with_two_stages_greedy_admission_completes_3_to_3_5_a_step_and_wait_nearly_4()
    {
        var (greedy, wait) = (WaitStudy.CompletedAStep(WaitStudy.Greedy, 4_000), WaitStudy.CompletedAStep(WaitStudy.Wait, 4_000));
        output.WriteLine($"greedy {greedy:0.00}, wait {wait:0.00} a step");
        Assert.InRange(greedy, 3, 3.5);
        Assert.InRange(wait, 3.9, 4.1);
    }

    /// <summary>The control: what greedy admission loses is what it computes again; with steps of any size it loses nothing.</summary>
    [Fact]
    public void With_steps_of_any_size_greedy_admission_loses_nothing() =>
        Assert.InRange(WaitStudy.CompletedAStep(WaitStudy.Greedy, 4_000, stepTokens: 1_000_000), 3.9, 4.1);
}
