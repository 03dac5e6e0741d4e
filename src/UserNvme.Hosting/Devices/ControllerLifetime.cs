using Microsoft.Extensions.Hosting;

namespace UserNvme.Hosting.Devices;

/// <summary>Opens the controllers before any service of the application starts and closes them after all of those have stopped.</summary>
internal sealed class ControllerLifetime(ConfiguredControllers controllers) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => controllers.OpenAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host's patience is not asked: a shutdown is bounded by itself, and one that is broken off loses what the device has in its cache.
    public Task StoppedAsync(CancellationToken cancellationToken) => controllers.CloseAsync();
}
