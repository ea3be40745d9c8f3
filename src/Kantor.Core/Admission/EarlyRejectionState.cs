using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Admission;

/// <summary>When those who were let in and have not ended are expected to decode.</summary>
internal sealed class EarlyRejectionState : PolicyState
{
    private readonly Dictionary<RequestId, long> _firstTokenUs = [];
    private (RequestId Id, long FirstTokenUs) _judged;

    /// <summary>The request under judgement would have its first token then.</summary>
    public void Expect(RequestId request, long firstTokenUs) => _judged = (request, firstTokenUs);

    /// <summary>Requests that decode at that time when all do so for as long.</summary>
    public int DecodingAt(long timeUs, long decodeUs)
    {
        var count = 0;
        foreach (var firstTokenUs in _firstTokenUs.Values)
        {
            if (firstTokenUs <= timeUs && timeUs < firstTokenUs + decodeUs) count++;
        }

        return count;
    }

    public override void Arrived(RequestFacts request, int slot)
    {
        if (_judged.Id == request.Id) _firstTokenUs[request.Id] = _judged.FirstTokenUs;
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end) => _firstTokenUs.Remove(request.Id);
}
