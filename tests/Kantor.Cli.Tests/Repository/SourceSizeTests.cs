using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kantor.Cli.Tests.Repository;

/// <summary>How large lines, methods, types and folders may be. What exceeds a limit today is listed, and the lists only shrink.</summary>
public class SourceSizeTests
{
    private const int LineWidthMax = 140;
    private const int MethodTokensMax = 250;
    private const int TypeLinesMax = 400;
    private const int TypeMembersMax = 60;
    private const int FolderFilesMax = 26;

    private static readonly (string, int)[] DenseMethods =
    [
        ("src/Kantor.Bounds/Hindsight/LatencyBound.cs: SumOfMeanBusyTimes", 271),
        ("src/Kantor.Cli/Calibrate/ProfileCommand.cs: Print", 294),
        ("src/Kantor.Cli/Fake/FakeCommand.cs: CreateModel", 334),
        ("src/Kantor.Cli/Logs/ExplainCommand.cs: Run", 261),
        ("src/Kantor.Cli/Plan/PlanCommand.cs: Read", 259),
        ("src/Kantor.Cli/Plan/PlanValidation.cs: Parse", 450),
        ("src/Kantor.Cli/Plan/PlanValidation.cs: Space", 289),
        ("src/Kantor.Cli/Plan/PlanWorkload.cs: Parse", 281),
        ("src/Kantor.Cli/Policies/PolicyAssembly.cs: AddTo", 254),
        ("src/Kantor.Cli/Scenarios/PoolKeys.cs: Bind", 352),
        ("src/Kantor.Cli/Scenarios/ScenarioKeys.cs: CheckLifeCycle", 253),
        ("src/Kantor.Cli/Simulate/SimulateCommand.cs: Read", 312),
        ("src/Kantor.Cli/Sweep/SweepRun.cs: Report", 262),
        ("src/Kantor.Cli/Sweep/SweepTable.cs: Cells", 278),
        ("src/Kantor.Cli/Traces/ConvertCommand.cs: Create", 264),
        ("src/Kantor.Cli/Traces/DescribeTable.cs: Lines", 270),
        ("src/Kantor.Cli/Traces/GenerateValidation.cs: Parse", 267),
        ("src/Kantor.Core.Testing/Laws/RepeatingPair.cs: Replica", 285),
        ("src/Kantor.Core/Batching/PlanValidator.cs: FaultOfGrants", 313),
        ("src/Kantor.Core/Kv/KvLedger.cs: Verify", 518),
        ("src/Kantor.Core/Requests/SamplingSpec.cs: Validate", 286),
        ("src/Kantor.Hardware/Calibration/Fitting/LatentTables.cs: Points", 278),
        ("src/Kantor.Hardware/Calibration/Fitting/LayerTables.cs: AddDense", 294),
        ("src/Kantor.Hardware/Calibration/Fitting/LayerTables.cs: Fit", 286),
        ("src/Kantor.Hardware/Models/ModelShape.cs: Validate", 303),
        ("src/Kantor.LlamaCpp/Fake/FakeModelSpec.cs: Problems", 272),
        ("src/Kantor.LlamaCpp/Fake/FakeModelWriter.cs: Tensors", 344),
        ("src/Kantor.LlamaCpp/Gguf/GgufMetadata.cs: ReadScalar", 269),
        ("src/Kantor.LlamaCpp/Gguf/GgufPreflight.cs: CheckTensor", 335),
        ("src/Kantor.LlamaCpp/Library/LayoutCheck.cs: CheckContext", 332),
        ("src/Kantor.OpenAi/Errors/OutcomeTable.cs: Of", 303),
        ("src/Kantor.Reports/Runs/ReportJson.cs: WriteFigures", 350),
        ("src/Kantor.Reports/Runs/RunReport.cs: Of", 371),
        ("src/Kantor.Reports/Runs/RunTimeline.cs: Of", 275),
        ("src/Kantor.Reports/Sweeps/SweepHtml.cs: RenderChart", 277),
        ("src/Kantor.Server/Configuration/ServerOptions.cs: Validate", 366),
        ("src/Kantor.Server/Api/OperationApi.cs: ConfigAsync", 374),
        ("src/Kantor.Simulation/Metrics/RunRecorder.cs: Conclude", 313),
        ("src/Kantor.Simulation/Pools/ReplicaPool.cs: Validate", 354),
        ("src/Kantor.Simulation/Replicas/SimulatedReplica.cs: SimulatedReplica", 296),
        ("src/Kantor.Simulation/Simulator.cs: RunToEnd", 290),
        ("src/Kantor.Workloads/Generators/ServeGenGenerator.cs: Draw", 301),
        ("src/Kantor.Workloads/Generators/ServeGenGenerator.cs: Requests", 332),
        ("src/Kantor.Workloads/Generators/ServeGenParser.cs: Law", 290),
        ("src/Kantor.Workloads/Generators/SessionGenerator.cs: Draw", 296),
        ("src/Kantor.Workloads/Generators/SessionGenerator.cs: Turns", 306),
        ("src/Kantor.Workloads/Traces/KvCacheTesterFormat.cs: ReadRequest", 253),
    ];

    [Fact]
    public void Lines_have_at_most_140_characters() => Ratchet.Check(
        Sources().SelectMany(WideLines), LineWidthMax);

    [Fact]
    public void Methods_hold_at_most_250_tokens() => Ratchet.Check(
        Sources().SelectMany(path => RepositoryFiles.Parse(path).DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            .Select(method => ($"{RepositoryFiles.Relative(path)}: {RepositoryFiles.NameOf(method)}", method.DescendantTokens().Count()))),
        MethodTokensMax,
        DenseMethods);

    [Fact]
    public void Types_have_at_most_400_lines_over_all_their_files() => Ratchet.Check(
        Types().Select(type => (type.Name, type.Parts.Sum(RepositoryFiles.LinesOf))),
        TypeLinesMax,
        ("Kantor.Core.Kv.KvLedger", 653));

    [Fact]
    public void Types_have_at_most_60_members_over_all_their_files() => Ratchet.Check(
        Types().Select(type => (type.Name, type.Parts.Sum(part => part.Members.Count))),
        TypeMembersMax,
        ("Kantor.Core.Kv.KvLedger", 79),
        ("Kantor.Core.Replica.ReplicaScheduler", 70));

    [Fact]
    public void Folders_hold_at_most_26_files() => Ratchet.Check(
        Sources().GroupBy(path => Path.GetDirectoryName(path)!).Select(folder => (RepositoryFiles.Relative(folder.Key), folder.Count())),
        FolderFilesMax,
        ("src/Kantor.Workloads/Traces", 28));

    private static IEnumerable<string> Sources() => RepositoryFiles.Sources("src");

    /// <summary>Lines of code and comment that are wider than the limit. Raw texts are as wide as what they are to give.</summary>
    private static IEnumerable<(string Where, int Width)> WideLines(string path)
    {
        var lines = File.ReadAllLines(path);
        if (!lines.Any(line => line.Length > LineWidthMax)) return [];
        var raw = RawLines(RepositoryFiles.Parse(path));
        return lines.Index().Where(line => !raw.Contains(line.Index)).Select(line => (RepositoryFiles.Relative(path), line.Item.Length));
    }

    private static HashSet<int> RawLines(CompilationUnitSyntax unit) =>
    [
        .. unit.DescendantTokens()
            .Where(token => token.Kind() is SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken)
            .Select(token => token.GetLocation().GetLineSpan())
            .SelectMany(span => Enumerable.Range(span.StartLinePosition.Line, span.EndLinePosition.Line - span.StartLinePosition.Line + 1)),
    ];

    /// <summary>Every type of every project with its declarations; nested ones by the name of the outer type.</summary>
    private static IEnumerable<(string Name, TypeDeclarationSyntax[] Parts)> Types() => Sources()
        .SelectMany(path => RepositoryFiles.Parse(path).DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Select(type => (Name: NameOf(type), Type: type)))
        .GroupBy(type => type.Name)
        .Select(type => (type.Key, type.Select(part => part.Type).ToArray()));

    /// <summary>Namespace, outer types and number of type parameters, so that only the parts of one type share a name.</summary>
    private static string NameOf(TypeDeclarationSyntax type) => string.Join(
        '.',
        type.AncestorsAndSelf().Reverse().Select(node => node switch
        {
            BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
            TypeDeclarationSyntax { TypeParameterList: { } parameters } generic => $"{generic.Identifier.Text}`{parameters.Parameters.Count}",
            TypeDeclarationSyntax plain => plain.Identifier.Text,
            _ => null,
        }).OfType<string>());
}
