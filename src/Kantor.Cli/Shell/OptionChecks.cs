using System.Globalization;

namespace Kantor.Cli.Shell;

/// <summary>
/// Turns typed values into values, and collects all that is wrong with them: each entry names the option and what would be right.
/// </summary>
internal sealed class OptionChecks
{
    private readonly List<string> _errors = [];

    /// <summary>What is wrong so far.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Ends with all errors at once, if there are any.</summary>
    /// <exception cref="UsageException">Something is wrong.</exception>
    public void ThrowIfAny() => UsageException.ThrowIfAny(_errors);

    /// <summary>Something is wrong; the same thing is said once.</summary>
    public void Add(string error)
    {
        if (!_errors.Contains(error)) _errors.Add(error);
    }

    public int? Whole(string option, string? typed, int min, int max)
    {
        if (typed is null) return null;
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }
        _errors.Add($"{option} '{typed}' is not in range; it is a whole number from {min} to {max}.");
        return null;
    }

    public double? Number(string option, string? typed, double min, double max)
    {
        if (typed is null) return null;
        if (double.TryParse(typed, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }
        _errors.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{option} '{typed}' is not in range; it is a number from {min:0.######} to {max:0.######}."));
        return null;
    }

    public ulong Seed(string? typed)
    {
        if (typed is null) return 1;
        if (ulong.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        _errors.Add($"--seed '{typed}' is not a seed; it is a whole number from 0 to {ulong.MaxValue}.");
        return 1;
    }

    public bool TrueOrFalse(string option, string? typed, bool otherwise)
    {
        if (typed is null) return otherwise;
        if (bool.TryParse(typed, out var value)) return value;
        _errors.Add($"{option} '{typed}' is not an answer; it is true or false.");
        return otherwise;
    }

    /// <summary>The address of a server; null when none is given, or it is none.</summary>
    public Uri? Url(string option, string? typed)
    {
        if (typed is null) return null;
        if (Uri.TryCreate(typed, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        _errors.Add($"{option} '{typed}' is not the address of a server; it is like http://localhost:8080.");
        return null;
    }

    public string? Path(string option, string? typed, bool isNeeded)
    {
        if (typed is null ? isNeeded : string.IsNullOrWhiteSpace(typed)) _errors.Add($"{option} needs a file name.");
        return typed;
    }

    /// <summary>A file to write, or the standard output.</summary>
    public string? Output(string option, string? typed, bool isNeeded)
    {
        if (Path(option, typed, isNeeded) is not { } path || string.IsNullOrWhiteSpace(path) || path == ReportFile.StandardOutput)
        {
            return typed;
        }
        if (Directory.Exists(path)) _errors.Add($"{option} '{path}' is a folder; give a file.");
        else if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            _errors.Add($"{option} '{path}': the folder {folder} is not there.");
        }
        return path;
    }
}
