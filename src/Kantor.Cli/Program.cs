return await Kantor.Cli.Simulate.SimulateCommand.Create().Parse(args).InvokeAsync(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = true });
