using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Json;

/// <summary>
/// One value of a body with the path that names it. Readers answer null for JSON null (the default applies) and for a wrong value, about
/// which they leave an error.
/// </summary>
internal readonly struct Field(string path, string name, JsonElement value, List<FieldError> errors)
{
    /// <summary>Errors beyond this number are not collected: the first ones say enough.</summary>
    private const int ErrorsMax = 16;

    public string Path { get; } = path;

    public string Name { get; } = name;

    public bool IsNull => value.ValueKind is JsonValueKind.Null;

    public bool IsText => value.ValueKind is JsonValueKind.String;

    public bool IsNumber => value.ValueKind is JsonValueKind.Number;

    public bool IsArray => value.ValueKind is JsonValueKind.Array;

    public int Count => value.GetArrayLength();

    public static Field Root(JsonDocument document, List<FieldError> errors) => new("", "", document.RootElement, errors);

    public string? Text(int charsMax = int.MaxValue)
    {
        if (IsNull) return null;
        if (!IsText) return Mistyped<string>("a string");
        if (!TryGetText(out var text)) return Invalid<string>("holds half of a surrogate pair.");
        if (text.Contains('\0')) return Invalid<string>("holds the character NUL.");
        return text.Length <= charsMax ? text : Invalid<string>($"has {text.Length} characters; at most {charsMax} are allowed.");
    }

    public bool? Flag() => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => MistypedValue<bool>("true or false"),
    };

    public int? Whole(int min, int max)
    {
        if (IsNull) return null;
        if (!IsNumber) return MistypedValue<int>("a whole number");
        if (value.TryGetInt32(out var number) && number >= min && number <= max) return number;
        return InvalidValue<int>($"is {Raw()}; it must be a whole number from {min} to {max}.");
    }

    public long? Long()
    {
        if (IsNull) return null;
        if (!IsNumber) return MistypedValue<long>("a whole number");
        return value.TryGetInt64(out var number) ? number : InvalidValue<long>($"is {Raw()}; it must be a whole number of 64 bits.");
    }

    /// <summary>A finite number in [min, max]; negative zero is refused, since readers disagree whether it is negative.</summary>
    public double? Number(double min, double max)
    {
        if (IsNull) return null;
        if (!IsNumber) return MistypedValue<double>("a number");
        var isFinite = value.TryGetDouble(out var number) && double.IsFinite(number);
        if (isFinite && number >= min && number <= max && !(number == 0 && double.IsNegative(number))) return number;
        return InvalidValue<double>(string.Create(CultureInfo.InvariantCulture, $"is {Raw()}; it must be a number from {min} to {max}."));
    }

    /// <summary>The entries of an array with at most <paramref name="countMax"/> of them; null for anything else.</summary>
    public IEnumerable<Field>? Items(int countMax)
    {
        if (IsNull) return null;
        if (!IsArray) return Mistyped<IEnumerable<Field>>("an array");
        return Count <= countMax ? Entries() : Invalid<IEnumerable<Field>>($"has {Count} entries; at most {countMax} are allowed.");
    }

    /// <summary>The members of an object; null for anything else.</summary>
    public IEnumerable<Field>? Members()
    {
        if (IsNull) return null;
        return value.ValueKind is JsonValueKind.Object ? Properties() : Mistyped<IEnumerable<Field>>("an object");
    }

    /// <summary>Reports a field that must not be null.</summary>
    public void RefuseNull() => Add($"{Shown} is null; it must have a value.", ErrorCodes.InvalidType);

    public void Refuse(string problem, string code = ErrorCodes.InvalidValue) => Add($"{Shown} {problem}", code);

    public void RefuseType(string expected) => MistypedValue<int>(expected);

    /// <summary>Whether the value is that of the JSON text: numbers by their value, objects and arrays whatever their blanks.</summary>
    public bool IsJson(string text)
    {
        using var wanted = JsonDocument.Parse(text);
        return JsonElement.DeepEquals(value, wanted.RootElement);
    }

    /// <summary>The value, which stays when the body is gone.</summary>
    public JsonElement Copy() => value.Clone();

    public bool IsFalse() => value.ValueKind is JsonValueKind.False;

    private string Shown => Path.Length == 0 ? "The body" : QuotedText.Of(Path);

    private IEnumerable<Field> Entries()
    {
        var index = 0;
        foreach (var entry in value.EnumerateArray())
        {
            yield return new Field(string.Create(CultureInfo.InvariantCulture, $"{Path}[{index}]"), Name, entry, errors);
            index++;
        }
    }

    private IEnumerable<Field> Properties()
    {
        foreach (var member in value.EnumerateObject())
        {
            // Names are readable here: the strict pass has read every one of them.
            yield return new Field(Path.Length == 0 ? member.Name : $"{Path}.{member.Name}", member.Name, member.Value, errors);
        }
    }

    private bool TryGetText(out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private string Raw() => QuotedText.Plain(value.GetRawText());

    private T? Mistyped<T>(string expected)
        where T : class
    {
        MistypedValue<int>(expected);
        return null;
    }

    private T? MistypedValue<T>(string expected)
        where T : struct
    {
        Add($"{Shown} is {KindName(value.ValueKind)}; it must be {expected}.", ErrorCodes.InvalidType);
        return null;
    }

    private T? Invalid<T>(string problem)
        where T : class
    {
        Refuse(problem);
        return null;
    }

    private T? InvalidValue<T>(string problem)
        where T : struct
    {
        Refuse(problem);
        return null;
    }

    private void Add(string message, string code)
    {
        if (errors.Count < ErrorsMax) errors.Add(new FieldError(Path.Length == 0 ? null : QuotedText.Plain(Path), message, code));
    }

    private static string KindName(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
