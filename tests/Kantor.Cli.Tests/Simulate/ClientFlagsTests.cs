using Kantor.Cli.Runs;
using Kantor.Cli.Simulate;
using Kantor.Simulation.Clients;

namespace Kantor.Cli.Tests.Simulate;

public class ClientFlagsTests
{
    [Fact]
    public void Without_options_requests_come_at_their_recorded_times()
    {
        var clients = Parse(new SimulateArguments());
        Assert.Equal(new ClientOptions().Loop, clients.Loop);
        Assert.Equal((null, null, "open loop"), (clients.TimeoutUs, clients.Retries, RunWords.Of(clients)));
    }

    [Fact]
    public void Users_think_wait_and_try_again_as_typed()
    {
        var clients = Parse(new SimulateArguments { Users = "64", Think = "1.5s", Timeout = "30s", Retries = "2" });
        Assert.Equal(new UserLoop { Users = 64, ThinkUs = 1_500_000 }, clients.Loop);
        Assert.Equal((30_000_000L, 3), (clients.TimeoutUs!.Value, clients.Retries!.AttemptsMax));
        Assert.Equal("64 users who think for 1.5 s, timeout 30 s, up to 2 retries", RunWords.Of(clients));
        Assert.Equal("sessions in a closed loop", RunWords.Of(Parse(new SimulateArguments { Trace = "t", ClosedLoop = true })));
    }

    [Fact]
    public void Everything_wrong_is_said_at_once()
    {
        Assert.Equal(
            ["--closed-loop", "--rate-scale", "--spread-batches", "--retries:", "--users:", "--think:", "--timeout:"],
            ErrorsOf(new SimulateArguments { Trace = "t", ClosedLoop = true, Users = "0", RateScale = "2", SpreadBatches = "true", Think = "long", Timeout = "0s", Retries = "-1" }).Select(error => error.Split(' ')[0]));
        Assert.Contains("--closed-loop needs --trace", Assert.Single(ErrorsOf(new SimulateArguments { ClosedLoop = true })), StringComparison.Ordinal);
        Assert.Contains("--think needs --users", Assert.Single(ErrorsOf(new SimulateArguments { Think = "2s" })), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_repeats_a_run_names_its_clients() =>
        Assert.Equal(
            "kantor simulate --users 3 --think 2s --timeout 9s --retries 1 --no-prefix-cache",
            new SimulateArguments { Users = "3", Think = "2s", Timeout = "9s", Retries = "1", NoPrefixCache = true }.CommandOf("simulate"));

    private static ClientOptions Parse(SimulateArguments typed)
    {
        var compiled = ScenarioFlags.Compile(typed);
        Assert.Empty(compiled.Errors);
        var clients = compiled.Scenario!.Clients.Options;
        clients.Validate();
        return clients;
    }

    private static IReadOnlyList<string> ErrorsOf(SimulateArguments typed) => ScenarioFlags.Compile(typed).Errors;
}
