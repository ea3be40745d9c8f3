using System.Globalization;
using System.Text;
using Kantor.Papers.Reports;

namespace Kantor.Papers;

/// <summary>Runs the experiments of papers and prints their figures beside ours.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.OutputEncoding = Encoding.UTF8;
        return PapersApp.Run(args, StudyList.All, Console.Out, Console.Error);
    }
}
