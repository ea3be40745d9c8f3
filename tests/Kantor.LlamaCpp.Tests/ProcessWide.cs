namespace Kantor.LlamaCpp.Tests;

/// <summary>Tests that look at something of which the process has one (its memory, the native log) run when no other test does.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
