using Kantor.Cli.Simulate;
using Kantor.Simulation.Clients;

namespace Kantor.Cli.Tests.Simulate;

public class ClientValidationTests
{
    [Fact]
    public void Without_options_requests_come_at_their_recorded_times()
    {
        var clients = Parse(new SimulateArguments());
        Assert.Equal(new ClientOptions().Loop, clients.Loop);
        Assert.Equal((null, null, "open loop"), (clients.TimeoutUs, clients.Retries, ClientValidation.Describe(clients)));
    }

    [Fact]
    public void Users_think_wait_and_try_again_as_typed()
    {
        var clients = Parse(new SimulateArguments { Users = "64", Think = "1.5s", Timeout = "30s", Retries = "2" });
        Assert.Equal(new UserLoop { Users = 64, ThinkUs = 1_500_000 }, clients.Loop);
        Assert.Equal((30_000_000L, 3), (clients.TimeoutUs!.Value, clients.Retries!.AttemptsMax));
        Assert.Equal("64 users who think for 1.5 s, timeout 30 s, up to 2 retries", ClientValidation.Describe(clients));
        Assert.Equal("sessions in a closed loop", ClientValidation.Describe(Parse(new SimulateArguments { Trace = "t", ClosedLoop = true })));
    }

    [Fact]
    public void Everything_wrong_is_said_at_once()
    {
        var errors = new List<string>();
        ClientValidation.Parse(new SimulateArguments { Trace = "t", ClosedLoop = true, Users = "0", RateScale = "2", SpreadBatches = "true", Think = "long", Timeout = "0s", Retries = "-1" }, 1, errors);
        Assert.Equal(["--closed-loop", "--rate-scale", "--spread-batches", "--users", "--think", "--timeout", "--retries"], errors.Select(error => error.Split(' ')[0]));
        errors.Clear();
        ClientValidation.Parse(new SimulateArguments { ClosedLoop = true }, 1, errors);
        Assert.Contains("--closed-loop needs --trace", Assert.Single(errors), StringComparison.Ordinal);
        errors.Clear();
        ClientValidation.Parse(new SimulateArguments { Think = "2s" }, 1, errors);
        Assert.Contains("--think needs --users", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_repeats_a_run_names_its_clients() =>
        Assert.Equal(
            "kantor simulate --users 3 --think 2s --timeout 9s --retries 1 --no-prefix-cache",
            new SimulateArguments { Users = "3", Think = "2s", Timeout = "9s", Retries = "1", NoPrefixCache = true }.CommandOf("simulate"));

    private static ClientOptions Parse(SimulateArguments typed)
    {
        var errors = new List<string>();
        var clients = ClientValidation.Parse(typed, 1, errors);
        Assert.Empty(errors);
        clients.Validate();
        return clients;
    }
}
