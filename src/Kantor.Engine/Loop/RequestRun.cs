using Kantor.Engine.Streams;

namespace Kantor.Engine.Loop;

/// <summary>One submitted request while the engine has it. Owner: the submitter until it is posted, then the loop thread.</summary>
internal sealed class RequestRun
{
    public RequestRun(GenerationRequest request, DeltaStream stream, long arrivalUs)
    {
        Request = request;
        Stream = stream;
        ArrivalUs = arrivalUs;
        Choices = new ChoiceRun[request.Choices];
        for (var number = 0; number < Choices.Length; number++) Choices[number] = new ChoiceRun(this, number);
        ChoicesUnfinished = Choices.Length;
    }

    /// <summary>What is wanted; admission may have shortened the answer.</summary>
    public GenerationRequest Request { get; private set; }

    public DeltaStream Stream { get; }

    public long ArrivalUs { get; }

    public ChoiceRun[] Choices { get; }

    /// <summary>Seed of the choices' random streams; null until the request is accepted.</summary>
    public ulong? Seed { get; set; }

    /// <summary>Lets it in with a shorter answer.</summary>
    public void Shorten(int outputTokensMax) => Request = Request with { OutputTokensMax = outputTokensMax };

    /// <summary>Choices that have not ended.</summary>
    public int ChoicesUnfinished { get; set; }

    /// <summary>Choices handed to the scheduler so far, the first ones; the others are held until the prompt is computed.</summary>
    public int ChoicesStarted { get; set; }
}
