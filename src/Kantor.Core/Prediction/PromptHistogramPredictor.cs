using System.Numerics;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>
/// Believes that a request ends like the last ones of its class whose prompts were about as long: one window for each octave of the prompt
/// (log2), and that of the whole class while the octave's has too few answers.
/// </summary>
public sealed class PromptHistogramPredictor : ILengthPredictor
{
    private readonly PromptHistogramOptions _options;
    private readonly ClassQuantilePredictor _ofWindow;

    /// <summary>The predictor with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public PromptHistogramPredictor(PromptHistogramOptions? options = null)
    {
        _options = options ?? new PromptHistogramOptions();
        _ofWindow = new ClassQuantilePredictor(_options.ForWindow());
    }

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the last outputs of the class after prompts of the same octave, given what is generated", "histograms of production schedulers")
    {
        Information = LengthInformation.Class,
        Evidence = Evidence.Own,
        Cost = "O(log n) for n remembered answers",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("prompt-histogram", PromptHistogramOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public PolicyState NewState() => new Windows(_options.WindowMax);

    /// <inheritdoc/>
    public LengthBelief Predict(in LengthQuery query, PolicyState state)
    {
        var windows = (Windows)state;
        var octave = windows.OfOctave(query.Request);
        // An answer that outlasts all of its octave may still be like others of its class.
        var isUsable = octave?.Count >= _options.ObservationsMin && octave.Survival(query.GeneratedTokens, 0) > 0;
        return _ofWindow.Predict(query, isUsable ? octave : windows.Whole.Of(query.Request.Class));
    }

    /// <summary>The windows of octaves, and of whole classes.</summary>
    private sealed class Windows(int windowMax) : PolicyState
    {
        private readonly Dictionary<(int Class, int Octave), LengthWindow> _octaves = [];

        public LengthWindows Whole { get; } = new(windowMax);

        public LengthWindow? OfOctave(RequestFacts request) => _octaves.GetValueOrDefault(KeyOf(request));

        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
            Whole.Ended(request, slot, end);
            if (!end.IsCompleted) return;
            var key = KeyOf(request);
            if (!_octaves.TryGetValue(key, out var window)) _octaves.Add(key, window = new LengthWindow(windowMax));
            window.Add(end.GeneratedTokens);
        }

        private static (int Class, int Octave) KeyOf(RequestFacts request) =>
            (request.Class.Value, BitOperations.Log2((uint)request.PromptTokens));
    }
}
