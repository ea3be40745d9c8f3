return await Kantor.Cli.CliApp.RunAsync(args);
