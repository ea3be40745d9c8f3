using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Kantor.Cli.Tests")]
