using System.Globalization;
using BenchmarkDotNet.Running;
using Kantor.MicroBench;

if (args is ["decisions", .. var names]) DecisionTable.Write(Console.Out, names);
else if (args is ["loop", .. var policies]) LoopTable.Write(Console.Out, policies);
else if (args is ["loop-threads", var threads, .. var planners]) LoopTable.Write(Console.Out, planners, int.Parse(threads, CultureInfo.InvariantCulture));
else BenchmarkSwitcher.FromAssembly(typeof(DecisionTable).Assembly).Run(args);
