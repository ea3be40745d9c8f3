using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Replicas;

/// <summary>What all replicas of a run share.</summary>
internal sealed record RunParts(SimulationOptions Options, RunRecorder Recorder, SimulationObserver Observer, IReplicaHost Host, EventQueue Clock);
