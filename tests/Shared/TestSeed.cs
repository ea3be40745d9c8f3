using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Kantor.Tests.Shared;

/// <summary>
/// The seed of random tests. It is that of the day (UTC), so that every day tries other cases, unless <c>KANTOR_TEST_SEED</c> gives one.
/// A failure prints it and how to repeat it. Tests of published figures or of effects that are only likely keep seeds of their own.
/// </summary>
internal static class TestSeed
{
    private const string Variable = "KANTOR_TEST_SEED";

    // Runs of neighbouring days must not be the same ones.
    private const ulong RunsMax = 1000;

    /// <summary>The day as yyyyMMdd, or what the variable says.</summary>
    public static uint Value { get; } = Read(Environment.GetEnvironmentVariable(Variable), DateTime.UtcNow);

    /// <summary>Tries so many seeds.</summary>
    public static void Each(int runs, Action<ulong> test)
    {
        for (var run = 0; run < runs; run++) Run(run, test);
    }

    /// <summary>Tries the seed of one run, from 0.</summary>
    public static void Run(int run, Action<ulong> test) => Repeatably($"run {run}", () => test((Value * RunsMax) + (ulong)run));

    /// <summary>Tries so many inputs of the property.</summary>
    public static void Holds(this Property property, int cases = 100) => Repeatably($"{cases} cases", () =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(Value * 0xBF58_476D_1CE4_E5B9UL, 0x9E37_79B9_7F4A_7C15UL), property));

    /// <exception cref="FormatException">The variable is no whole number from 0 to 4294967295.</exception>
    internal static uint Read(string? variable, DateTime utcNow)
    {
        if (variable is null) return (uint)((utcNow.Year * 10_000) + (utcNow.Month * 100) + utcNow.Day);
        if (uint.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)) return seed;
        throw new FormatException($"{Variable} is '{variable}'; it must be a whole number from 0 to {uint.MaxValue}.");
    }

    private static void Repeatably(string what, Action test)
    {
        try
        {
            test();
        }
        catch (Exception failure)
        {
            throw new Xunit.Sdk.XunitException($"{failure.Message}\nIn {what} of seed {Value}; repeat with {Variable}={Value}.", failure);
        }
    }
}
