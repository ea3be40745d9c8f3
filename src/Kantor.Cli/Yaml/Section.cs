using System.Diagnostics.CodeAnalysis;

namespace Kantor.Cli.Yaml;

/// <summary>The values of a group of keys, as far as they are right, and where they stand.</summary>
internal sealed class Section
{
    private readonly Dictionary<IKey, object> _values = [];
    private readonly Dictionary<IKey, Place> _places = [];
    private readonly YamlMap _map;
    private readonly string _path;
    private readonly Problems _problems;

    private Section(YamlMap map, string path, Problems problems) => (_map, _path, _problems) = (map, path, problems);

    /// <summary>Whether every key that has to be there is, and every value is right.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>The single values as they were written, to tell like things apart: <c>order=priority watermark=0.1</c>.</summary>
    public string Written => string.Join(
        ' ', _map.Entries.Where(entry => entry.Value is YamlScalar).Select(entry => $"{entry.Key}={((YamlScalar)entry.Value).Text}"));

    /// <summary>Reads all keys of a group.</summary>
    public static Section Read(YamlMap map, string path, IReadOnlyList<IKey> keys, Problems problems)
    {
        var section = new Section(map, path, problems);
        foreach (var entry in map.Entries) section.Read(entry, keys);
        if (problems.IsCutShort) section.IsWhole &= keys.All(key => key.Otherwise is not null || section.Has(key));
        else section.RequireKeys(keys);
        return section;
    }

    /// <summary>Whether the key is there, be its value right or wrong.</summary>
    public bool Has(IKey key) => _places.ContainsKey(key);

    /// <summary>The value of a key; false when it is not there or wrong.</summary>
    public bool TryGet<T>(Key<T> key, [MaybeNullWhen(false)] out T value)
        where T : notnull
    {
        var isThere = _values.TryGetValue(key, out var found);
        value = isThere ? (T)found! : default;
        return isThere;
    }

    /// <summary>The value of a key that is there.</summary>
    public T Get<T>(Key<T> key)
        where T : notnull => (T)_values[key];

    /// <summary>The value of a key, or another where it is not there.</summary>
    public T Get<T>(Key<T> key, T otherwise)
        where T : notnull => TryGet(key, out var value) ? value : otherwise;

    /// <summary>The value of a key; null where it is not there.</summary>
    public T? Value<T>(Key<T> key)
        where T : struct => TryGet(key, out var value) ? value : null;

    /// <summary>The value of a key; null where it is not there.</summary>
    public T? Part<T>(Key<T> key)
        where T : class => TryGet(key, out var value) ? value : null;

    /// <summary>Says what is wrong with the value of a key that is there, or with the group where it is not.</summary>
    public void Refuse(IKey key, string what)
    {
        if (_places.TryGetValue(key, out var place)) _problems.Add(place, Join(key.Name), what);
        else _problems.Add(_map.Place, _path, what);
        IsWhole = false;
    }

    /// <summary>Says that a key is missing which may be left out only beside others.</summary>
    public void Require(IKey key)
    {
        if (Has(key)) return;
        IsWhole = false;
        _problems.Add(_map.Place, Join(key.Name), $"is missing; right is {key.Shape.Allowed}.");
    }

    /// <summary>Says what is wrong with the group as a whole.</summary>
    public void Refuse(string what)
    {
        IsWhole = false;
        _problems.Add(_map.Place, _path, what);
    }

    /// <summary>Something is wrong that was said elsewhere.</summary>
    public void Spoil() => IsWhole = false;

    private void Read(YamlEntry entry, IReadOnlyList<IKey> keys)
    {
        if (keys.FirstOrDefault(key => key.Name == entry.Key) is not { } known)
        {
            IsWhole = false;
            var names = keys.Select(key => key.Name).ToArray();
            _problems.Add(
                entry.Place, Join(entry.Key),
                $"is not a key here.{Nearest.Hint(entry.Key, names)} "
                + $"{(names.Length == 0 ? "There are none" : $"Keys are {string.Join(", ", names)}")}.");
            return;
        }

        _places.Add(known, entry.Place);
        if (known.TryRead(entry.Value, Join(known.Name), _problems, out var value)) _values.Add(known, value);
        else IsWhole = false;
    }

    private void RequireKeys(IReadOnlyList<IKey> keys)
    {
        foreach (var key in keys.Where(key => key.Otherwise is null)) Require(key);
    }

    private string Join(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
