using Kantor.Papers.Studies;

namespace Kantor.Papers;

/// <summary>Every study, one line each, in the order in which they are listed to people.</summary>
internal static class StudyList
{
    public static IReadOnlyList<Study> All { get; } =
    [
        McSfStudy.Study,
        McSfSlopeStudy.Study,
        VolumeOrderStudy.Study,
        WaitStudy.Study,
        FlowControlStudy.Study,
        VtcStudy.Study,
        PrefixOrderStudy.Study,
        PreemptionStudy.Study,
        SliceStudy.Study,
        DecodeMaximalStudy.Study,
        ChunkedPrefillStudy.Study,
        PredictorStudy.Study,
    ];

    /// <summary>The study of a name; null when there is none.</summary>
    public static Study? Find(string name) => All.FirstOrDefault(study => study.Name == name);
}
