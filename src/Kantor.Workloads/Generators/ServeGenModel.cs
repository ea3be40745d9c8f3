using System.Formats.Tar;
using System.Globalization;
using System.Text.RegularExpressions;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>
/// ServeGen's client models (Xiang et al., arXiv 2505.09999): for each client a rate and a law of gaps per window of 600 s, and counted
/// lengths per window of 21,600 s. Read from a tar archive, plain or gzip, of <c>chunk-N-trace.csv</c> and <c>chunk-N-dataset.json</c>;
/// other members are passed over.
/// </summary>
public sealed partial class ServeGenModel
{
    /// <summary>Length of a window of rates.</summary>
    public const int WindowS = 600;

    private const int MembersMax = 100_000;
    private const int MemberBytesMax = 256 * 1024 * 1024;

    private ServeGenModel(IReadOnlyList<ServeGenClient> clients) => Clients = clients;

    /// <summary>The clients in order of their numbers.</summary>
    public IReadOnlyList<ServeGenClient> Clients { get; }

    /// <summary>Requests that the rates promise over the whole span.</summary>
    public double RequestsExpected => Clients.Sum(client => client.Windows.Sum(window => window.RatePerS * WindowS));

    /// <summary>Reads one archive, or several of which one has the rates and another the lengths of the same clients.</summary>
    /// <exception cref="TraceException">It cannot be read, holds no client, or a member is malformed: archive, member, line and field are
    /// named.</exception>
    public static ServeGenModel Load(params IReadOnlyList<string> paths)
    {
        var clients = new SortedDictionary<int, ServeGenClient>();
        foreach (var path in paths)
        {
            try
            {
                using var file = File.OpenRead(path);
                Read(clients, file, path);
            }
            catch (Exception exception) when (
                exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new TraceException($"{path}: cannot be read: {exception.Message}", exception);
            }
        }

        return Of(clients, string.Join(", ", paths));
    }

    /// <summary>Reads an archive from a stream that can seek.</summary>
    /// <exception cref="TraceException">It cannot be read, holds no client, or a member is malformed.</exception>
    public static ServeGenModel Load(Stream stream, string name)
    {
        var clients = new SortedDictionary<int, ServeGenClient>();
        Read(clients, stream, name);
        return Of(clients, name);
    }

    private static ServeGenModel Of(SortedDictionary<int, ServeGenClient> clients, string name)
    {
        var withRates = clients.Values.Where(client => client.Windows.Count > 0).ToArray();
        if (withRates.Length == 0)
        {
            throw new TraceException($"{name}: holds no client with rates; ServeGen's archives have members chunk-N-trace.csv (rates) "
                + "and chunk-N-dataset.json (lengths).");
        }

        if (withRates.Length < clients.Count)
        {
            throw new TraceException($"{name}: client {clients.Values.First(client => client.Windows.Count == 0).Number} has lengths and "
                + "no rates; add the archive that has its chunk-N-trace.csv.");
        }

        return new ServeGenModel(withRates);
    }

    private static void Read(SortedDictionary<int, ServeGenClient> clients, Stream stream, string name)
    {
        try
        {
            using var content = GzipChecked.OpenEither(stream);
            using var archive = new TarReader(content);
            for (var members = 0; archive.GetNextEntry() is { } entry; members++)
            {
                if (members == MembersMax) throw new TraceException($"{name}: has more than {MembersMax} members.");
                if (MemberName().Match(entry.Name) is { Success: true } match && entry.DataStream is { } data)
                {
                    Read(clients, match, data, $"{name}, {entry.Name}");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException)
        {
            throw new TraceException($"{name}: is no whole tar archive: {exception.Message}", exception);
        }
    }

    private static void Read(SortedDictionary<int, ServeGenClient> clients, Match member, Stream data, string where)
    {
        if (data.Length > MemberBytesMax) throw new TraceException($"{where}: is longer than {MemberBytesMax} bytes.");
        if (!int.TryParse(member.Groups["client"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new TraceException($"{where}: the number of the client must be at most {int.MaxValue}.");
        }

        if (!clients.TryGetValue(number, out var client)) clients.Add(number, client = new ServeGenClient { Number = number });
        var isTrace = member.Groups["kind"].ValueSpan.SequenceEqual("trace.csv");
        if (isTrace ? client.Windows.Count > 0 : client.Lengths.Count > 0)
        {
            throw new TraceException($"{where}: client {number} is in the archive twice.");
        }

        clients[number] = isTrace
            ? client with { Windows = ServeGenParser.Windows(data, where) }
            : client with { Lengths = ServeGenParser.Lengths(data, where) };
    }

    [GeneratedRegex(@"(^|/)chunk-(?<client>\d+)-(?<kind>trace\.csv|dataset\.json)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MemberName();
}

/// <summary>One client.</summary>
public sealed record ServeGenClient
{
    /// <summary>Its number in the archive.</summary>
    public required int Number { get; init; }

    /// <summary>Rates, ascending in time.</summary>
    public IReadOnlyList<ServeGenWindow> Windows { get; init; } = [];

    /// <summary>Lengths of the windows that have any, ascending in time; empty when the archive has none.</summary>
    public IReadOnlyList<ServeGenLengths> Lengths { get; init; } = [];

    /// <summary>Lengths at a moment: of its window, or of the nearest that has any, the earlier of two.</summary>
    public ServeGenLengths? LengthsAt(double atS) =>
        Lengths.MinBy(lengths => Math.Max(0, Math.Max(lengths.StartS - atS, atS - (lengths.StartS + ServeGenLengths.WindowS))));
}

/// <summary>
/// How requests come in one window of 600 s. The rate and the law's shape tell its scale; the fitted scale of the archive is not kept,
/// because in some windows its mean gap is far from that of the rate (from 0.00003 to 3.5 times in the public deepseek-r1 and mm-image
/// models).
/// </summary>
/// <param name="StartS">Its start.</param>
/// <param name="RatePerS">Mean requests per second.</param>
/// <param name="Law">Law of the gaps.</param>
/// <param name="Shape">Its shape.</param>
public sealed record ServeGenWindow(long StartS, double RatePerS, ServeGenLaw Law, double Shape);

/// <summary>Laws of gaps.</summary>
public enum ServeGenLaw
{
    /// <summary>None was fitted, because requests were too few: a Poisson process of the rate.</summary>
    Poisson,

    /// <summary>Gamma.</summary>
    Gamma,

    /// <summary>Weibull.</summary>
    Weibull,
}

/// <summary>Counted lengths of a window of 21,600 s.</summary>
/// <param name="StartS">Its start.</param>
/// <param name="Inputs">Parts whose draws add up to the prompt: one, or text, image, audio and video tokens.</param>
/// <param name="Output">Output tokens.</param>
public sealed record ServeGenLengths(long StartS, IReadOnlyList<EmpiricalLength> Inputs, EmpiricalLength Output)
{
    /// <summary>Length of a window of lengths.</summary>
    public const int WindowS = 21_600;
}
