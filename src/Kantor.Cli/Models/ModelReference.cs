using System.Text.RegularExpressions;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Models;

/// <summary>What <c>--model</c> names: the built-in probe model, a file, or a file of a Hugging Face repository.</summary>
internal abstract partial record ModelReference
{
    private ModelReference()
    {
    }

    /// <summary>The probe model that ships with the product.</summary>
    public sealed record BuiltIn : ModelReference;

    /// <summary>A GGUF file on this machine.</summary>
    public sealed record LocalFile(string Path) : ModelReference;

    /// <summary>A GGUF file in a repository, downloaded once to the cache folder.</summary>
    public sealed record HuggingFace(string Owner, string Repository, string File) : ModelReference;

    /// <summary>Reads the option's value; null or empty is the built-in model.</summary>
    /// <exception cref="UsageException">It starts with <c>hf:</c> and is not <c>hf:owner/repo/file.gguf</c>.</exception>
    public static ModelReference Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return new BuiltIn();
        if (!text.StartsWith("hf:", StringComparison.Ordinal)) return new LocalFile(text);
        var match = HuggingFaceForm().Match(text);
        var isPlain = match.Success && !text.Contains("..", StringComparison.Ordinal);
        return isPlain
            ? new HuggingFace(match.Groups["owner"].Value, match.Groups["repo"].Value, match.Groups["file"].Value)
            : throw new UsageException($"--model '{text}': a Hugging Face model is written hf:owner/repository/file.gguf.");
    }

    [GeneratedRegex(
        @"^hf:(?<owner>[A-Za-z0-9][\w.-]*)/(?<repo>[A-Za-z0-9][\w.-]*)/(?<file>[A-Za-z0-9][\w./-]*\.gguf)$",
        RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex HuggingFaceForm();
}
