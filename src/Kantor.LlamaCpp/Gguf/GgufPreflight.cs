using System.Globalization;
using System.Text.RegularExpressions;

namespace Kantor.LlamaCpp.Gguf;

/// <summary>
/// Checks a GGUF file in managed code before the native loader sees it: magic, version, counts, key and value types, lengths, tensor
/// shapes, offsets, sizes against the file, and the tokenizer arrays. Memory is bounded by constants, not by what the file claims; tensor
/// data are not read.
/// </summary>
/// <remarks>Format: ggml/include/gguf.h of the pinned release, whose reader accepts what this accepts.</remarks>
public static partial class GgufPreflight
{
    private const int EntriesMax = 65_536;
    private const int LayersMax = 512;
    private const int LengthMax = 1 << 24;
    private const int HeadsMax = 1 << 16;
    private const int TensorNameBytesMax = 63;
    private const int DimensionsMax = 4;
    private const uint AlignmentDefault = 32;
    private const uint AlignmentMax = 1 << 20;
    private const int SplitsMax = 1024;

    /// <summary>Checks the file at <paramref name="path"/>, and the other files of a model that is cut into several.</summary>
    /// <returns>What the first file says about itself.</returns>
    /// <exception cref="GgufFormatException">Damaged; names file, section and byte offset.</exception>
    public static GgufSummary Check(string path)
    {
        GgufSummary summary = CheckFile(path);
        Match split = SplitName().Match(path);
        if (summary.SplitCount <= 1 || !split.Success) return summary;
        for (int i = 1; i <= summary.SplitCount; i++)
        {
            string part = string.Create(CultureInfo.InvariantCulture, $"{split.Groups[1].Value}-{i:D5}-of-{summary.SplitCount:D5}.gguf");
            if (part == path) continue;
            if (!File.Exists(part))
            {
                throw new GgufFormatException($"{path} is one of {summary.SplitCount} files, and {part} does not exist.");
            }

            summary = summary with { TensorBytes = summary.TensorBytes + CheckFile(part).TensorBytes };
        }

        return summary;
    }

    /// <summary>Checks the bytes of one file.</summary>
    /// <param name="stream">A seekable stream at the start of the file.</param>
    /// <exception cref="GgufFormatException">Damaged; names section and byte offset.</exception>
    public static GgufSummary Check(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var cursor = new GgufCursor(stream, stream.Length);
        int version = ReadVersion(cursor);
        long tensors = cursor.ReadCount("the tensor count", EntriesMax);
        long entries = cursor.ReadCount("the metadata count", EntriesMax);
        var metadata = new GgufMetadata(cursor);
        metadata.Read(entries);
        metadata.Vocabulary.Check(metadata.Text("tokenizer.ggml.model"), cursor);
        cursor.Section = "metadata";
        uint alignment = ReadAlignment(metadata, cursor);
        string architecture = CheckArchitecture(metadata, cursor);
        (long dataOffset, long dataBytes) = CheckTensors(cursor, tensors, alignment);
        return new(
            version,
            architecture,
            metadata.Text("general.name"),
            (int)tensors,
            metadata.Vocabulary.Size,
            (int)Math.Clamp(metadata.Number("split.count") ?? 1, 1, SplitsMax),
            metadata.Has("tokenizer.chat_template"),
            dataOffset,
            cursor.Length)
        {
            TensorBytes = dataBytes,
            Shape = ShapeOf(metadata, architecture),
        };
    }

    private static GgufShape? ShapeOf(GgufMetadata metadata, string architecture)
    {
        long? Number(string key) => metadata.Number($"{architecture}.{key}");
        if (Number("block_count") is not long layers || Number("embedding_length") is not long width) return null;
        if (Number("attention.head_count") is not long heads || heads == 0) return null;
        long headWidth = width / heads;
        // Layers with a window, and those that keep a latent vector, hold less than their heads tell.
        bool isPlain = Number("attention.sliding_window") is null or 0 && Number("attention.kv_lora_rank") is null or 0;
        // A list with a number for each layer is no number.
        long? kvHeads = metadata.Has($"{architecture}.attention.head_count_kv") ? Number("attention.head_count_kv") : heads;
        (long, long)? kv = isPlain && kvHeads is long each
            ? (each * (Number("attention.key_length") ?? headWidth), each * (Number("attention.value_length") ?? headWidth))
            : null;
        return new((int)layers, (int)width, (int)(Number("feed_forward_length") ?? 0), (int)heads, kv);
    }

    private static GgufSummary CheckFile(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Check(file);
        }
        catch (GgufFormatException e) when (e.Section.Length > 0)
        {
            throw new GgufFormatException($"The model file {path} is damaged: {e.Message}", e);
        }
    }

    private static int ReadVersion(GgufCursor cursor)
    {
        if (!cursor.Take(4, "the magic").SequenceEqual("GGUF"u8)) throw cursor.Error(0, "the magic is not GGUF; this is not a GGUF file.");
        uint version = cursor.ReadUInt32("the version");
        if (version is 2 or 3) return (int)version;
        string hint = (version & 0xFFFF) == 0 ? " (a big-endian file?)" : string.Empty;
        throw cursor.Error(4, $"the version is {version}{hint}; versions 2 and 3 are supported.");
    }

    private static uint ReadAlignment(GgufMetadata metadata, GgufCursor cursor)
    {
        uint alignment = (uint)(metadata.Number("general.alignment") ?? AlignmentDefault);
        if (uint.IsPow2(alignment) && alignment <= AlignmentMax) return alignment;
        throw cursor.Error($"general.alignment is {alignment}; it must be a power of two of at most {AlignmentMax}.");
    }

    // A later part of a cut model carries neither architecture nor shape.
    private static string CheckArchitecture(GgufMetadata metadata, GgufCursor cursor)
    {
        string? architecture = metadata.Text("general.architecture");
        if (architecture is null)
        {
            if (metadata.Number("split.no") > 0) return string.Empty;
            throw cursor.Error("general.architecture is missing or is no text.");
        }

        CheckShape(metadata, cursor, architecture);
        return architecture;
    }

    // The library stops the process on some of these values instead of refusing them; products of huge ones wrap around and seem to fit.
    private static void CheckShape(GgufMetadata metadata, GgufCursor cursor, string architecture)
    {
        RequireNumber(metadata, cursor, architecture + ".block_count", 1, LayersMax);
        RequireNumber(metadata, cursor, architecture + ".embedding_length", 1, LengthMax);
        RequireNumber(metadata, cursor, architecture + ".context_length", 1, int.MaxValue);
        RequireNumber(metadata, cursor, architecture + ".feed_forward_length", 0, LengthMax);
        RequireNumber(metadata, cursor, architecture + ".attention.head_count", 0, HeadsMax);
        RequireNumber(metadata, cursor, architecture + ".attention.head_count_kv", 0, HeadsMax);
        RequireNumber(metadata, cursor, architecture + ".attention.key_length", 0, HeadsMax);
        RequireNumber(metadata, cursor, architecture + ".attention.value_length", 0, HeadsMax);
        RequireEpsilon(metadata, cursor, architecture + ".attention.layer_norm_epsilon");
        RequireEpsilon(metadata, cursor, architecture + ".attention.layer_norm_rms_epsilon");
    }

    private static void RequireNumber(GgufMetadata metadata, GgufCursor cursor, string key, long min, long max)
    {
        if (metadata.Number(key) is not long value || (value >= min && value <= max)) return;
        throw cursor.Error($"{key} is {value}; it must be from {min} to {max}.");
    }

    private static void RequireEpsilon(GgufMetadata metadata, GgufCursor cursor, string key)
    {
        if (metadata.Real(key) is not double value || value is >= 0 and <= 1) return;
        throw cursor.Error(FormattableString.Invariant($"{key} is {value}; it must be from 0 to 1."));
    }

    /// <summary>Where the data begin, and how many bytes they are.</summary>
    private static (long Offset, long Bytes) CheckTensors(GgufCursor cursor, long count, uint alignment)
    {
        cursor.Section = "tensor table";
        var names = new HashSet<string>(StringComparer.Ordinal);
        long expected = 0;
        long dataEnd = 0;
        for (long i = 0; i < count; i++)
        {
            long bytes = CheckTensor(cursor, names, expected);
            dataEnd = expected + bytes;
            expected = Padded(dataEnd, alignment);
        }

        long dataOffset = Padded(cursor.Offset, alignment);
        if (dataEnd == 0 || dataOffset + dataEnd <= cursor.Length) return (dataOffset, dataEnd);
        cursor.Section = "tensor data";
        var end = dataOffset + dataEnd;
        throw cursor.Error(cursor.Length, FormattableString.Invariant(
            $"the file ends here, but the tensors reach byte {end}; {end - cursor.Length} bytes are missing."));
    }

    /// <summary>Checks one entry of the tensor table and returns the bytes of its data.</summary>
    private static long CheckTensor(GgufCursor cursor, HashSet<string> names, long expectedOffset)
    {
        long at = cursor.Offset;
        string name = cursor.ReadString("a tensor name", TensorNameBytesMax);
        if (!names.Add(name)) throw cursor.Error(at, $"the tensor {name} occurs twice.");
        at = cursor.Offset;
        uint dimensions = cursor.ReadUInt32($"the dimension count of {name}");
        if (dimensions > DimensionsMax)
        {
            throw cursor.Error(at, $"{name} has {dimensions} dimensions; at most {DimensionsMax} are possible.");
        }

        long elements = 1;
        long row = 1;
        for (int d = 0; d < dimensions; d++)
        {
            at = cursor.Offset;
            long size = cursor.ReadCount($"dimension {d} of {name}", long.MaxValue - 1);
            if (d == 0) row = size;
            if (size != 0 && elements > long.MaxValue / size)
            {
                throw cursor.Error(at, $"the number of elements of {name} overflows 63 bits.");
            }

            elements *= size;
        }

        GgufTensorType type = ReadTensorType(cursor, name, row);
        if (type != GgufTensorType.F32 && IsVectorOperand(name))
        {
            throw cursor.Error($"{name} is stored as {type.Name}; norms and biases must be f32, or the library stops at the first step.");
        }

        at = cursor.Offset;
        long bytes = SizeInBytes(cursor, name, type, elements);
        ulong offset = cursor.ReadUInt64($"the offset of {name}");
        if (offset == (ulong)expectedOffset) return bytes;
        throw cursor.Error(at, $"{name} begins at data offset {offset}, expected {expectedOffset} (tensors follow each other).");
    }

    private static bool IsVectorOperand(string name) =>
        name.EndsWith("_norm.weight", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal);

    private static GgufTensorType ReadTensorType(GgufCursor cursor, string name, long row)
    {
        long at = cursor.Offset;
        uint id = cursor.ReadUInt32($"the type of {name}");
        GgufTensorType type = GgufTensorType.TryFind(id) ?? throw cursor.Error(at, $"{name} has the unknown tensor type {id}.");
        if (row % type.BlockElements == 0) return type;
        throw cursor.Error(at, $"{name} has rows of {row}, not a multiple of {type.BlockElements} ({type.Name}).");
    }

    private static long SizeInBytes(GgufCursor cursor, string name, GgufTensorType type, long elements)
    {
        long blocks = elements / type.BlockElements;
        // No tensor is larger than its file; this also keeps the running sum of offsets far from overflow.
        if (blocks <= cursor.Length / type.BlockBytes) return blocks * type.BlockBytes;
        throw cursor.Error($"{name} needs {blocks} blocks of {type.BlockBytes} bytes, more than the whole file of {cursor.Length} bytes.");
    }

    private static long Padded(long bytes, uint alignment) => (bytes + alignment - 1) / alignment * alignment;

    [GeneratedRegex(@"^(.*)-[0-9]{5}-of-[0-9]{5}\.gguf$")]
    private static partial Regex SplitName();
}
