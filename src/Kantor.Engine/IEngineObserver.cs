using Kantor.Core.StepTime;
using Kantor.Engine.Streams;

namespace Kantor.Engine;

/// <summary>
/// Told of what the engine does, for metrics and logs. Called on the loop thread, apart from refusals of requests that never reached it,
/// which are reported on the submitter's thread; so members must be quick, thread-safe, and must not throw.
/// </summary>
public interface IEngineObserver
{
    /// <summary>A step was executed.</summary>
    void StepExecuted(in StepReport step)
    {
    }

    /// <summary>A choice generated its first token so long after the request's arrival.</summary>
    void FirstToken(long ttftUs)
    {
    }

    /// <summary>A choice generated a further token so long after the one before.</summary>
    void NextToken(long gapUs)
    {
    }

    /// <summary>A choice ended; told exactly once per choice, refusals included.</summary>
    void RequestEnded(GenerationRequest request, int choice, ChoiceFinish finish)
    {
    }

    /// <summary>The validator refused a plan of the policy; the step was planned first come, first served.</summary>
    void PlanRefused(string fault)
    {
    }

    /// <summary>A call of the back end failed; what became of the requests is told by <see cref="RequestEnded"/>.</summary>
    void BackendFailed(string fault)
    {
    }
}

/// <summary>One executed step.</summary>
/// <param name="Load">What it computed.</param>
/// <param name="StepUs">How long the back end took, in microseconds.</param>
/// <param name="Running">Choices that hold KV.</param>
/// <param name="Waiting">Choices that wait.</param>
public readonly record struct StepReport(StepLoad Load, long StepUs, int Running, int Waiting);
