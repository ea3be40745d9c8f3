using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>The last whole answers of each class.</summary>
internal sealed class LengthWindows(int windowMax) : PolicyState
{
    private readonly Dictionary<int, LengthWindow> _windows = [];

    /// <summary>The window of a class; null when none of its requests has ended.</summary>
    public LengthWindow? Of(ClassId requestClass) => _windows.GetValueOrDefault(requestClass.Value);

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        if (!end.IsCompleted) return;
        var number = request.Class.Value;
        if (!_windows.TryGetValue(number, out var window)) _windows.Add(number, window = new LengthWindow(windowMax));
        window.Add(end.GeneratedTokens);
    }
}
