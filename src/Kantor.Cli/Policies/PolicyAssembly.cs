using System.Reflection;
using System.Runtime.Loader;
using Kantor.Cli.Shell;
using Kantor.Core;

namespace Kantor.Cli.Policies;

/// <summary>
/// Loads policies from an assembly of somebody else. It shares Kantor.Core with this program, so that its policies are policies here;
/// whatever else it needs is taken from beside it.
/// </summary>
internal sealed class PolicyAssembly : AssemblyLoadContext
{
    /// <summary>The option that names assemblies.</summary>
    public const string Option = "--policy-assembly";

    private readonly AssemblyDependencyResolver _beside;

    private PolicyAssembly(string path)
        : base(path) => _beside = new AssemblyDependencyResolver(path);

    /// <summary>Adds the policies of the file to the shelves.</summary>
    /// <exception cref="UsageException">The file is not an assembly with policies, or a name is taken; the message says which.</exception>
    public static void AddTo(PolicyShelves shelves, string path)
    {
        if (!File.Exists(path)) throw new UsageException($"{Option}: there is no file '{path}'.");
        try
        {
            Pack(new PolicyAssembly(path).LoadFromAssemblyPath(path), path).AddTo(shelves);
        }
        catch (BadImageFormatException)
        {
            throw new UsageException($"{Option}: '{path}' is not a .NET assembly.");
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"{Option}: '{path}': {TypedPolicies.Sentence(wrong)}");
        }
        catch (FileNotFoundException missing) when (missing.FileName?.StartsWith("Kantor.", StringComparison.Ordinal) != true)
        {
            throw new UsageException($"{Option}: '{path}' needs '{missing.FileName}', which is not beside it.");
        }
        catch (Exception other) when (other is TypeLoadException or MissingMemberException or FileNotFoundException or FileLoadException)
        {
            throw new UsageException($"{Option}: '{path}' was built against another Kantor.Core than {CoreVersion()}: {other.Message}");
        }
        catch (Exception failed) when (failed is not UsageException)
        {
            throw new UsageException($"{Option}: '{path}' threw {failed.GetType().Name} instead of adding policies: {failed.Message}");
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name?.StartsWith("Kantor.", StringComparison.Ordinal) != true
            && _beside.ResolveAssemblyToPath(assemblyName) is { } path
            ? LoadFromAssemblyPath(path)
            : null;

    private static IPolicyPack Pack(Assembly assembly, string path)
    {
        var packs = assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IPolicyPack))).ToArray();
        if (packs.Length == 0) throw new UsageException($"{Option}: '{path}' has no public class that implements {nameof(IPolicyPack)}.");
        if (packs.Length > 1)
        {
            throw new UsageException($"{Option}: '{path}' has {packs.Length} classes that implement {nameof(IPolicyPack)}; one is right.");
        }

        return packs[0].GetConstructor(Type.EmptyTypes) is { } constructor
            ? (IPolicyPack)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null)
            : throw new UsageException($"{Option}: {packs[0].Name} of '{path}' has no constructor without parameters.");
    }

    private static Version? CoreVersion() => typeof(IPolicyPack).Assembly.GetName().Version;
}
