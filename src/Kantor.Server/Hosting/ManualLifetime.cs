using Microsoft.Extensions.Hosting;

namespace Kantor.Server.Hosting;

/// <summary>Leaves signals alone: the server decides itself what they mean.</summary>
internal sealed class ManualLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
