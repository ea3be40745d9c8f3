using BenchmarkDotNet.Running;
using Kantor.MicroBench;

if (args is ["decisions", .. var names]) DecisionTable.Write(Console.Out, names);
else BenchmarkSwitcher.FromAssembly(typeof(DecisionTable).Assembly).Run(args);
