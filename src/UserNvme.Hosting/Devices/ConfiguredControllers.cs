using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserNvme.Block;
using UserNvme.Controllers;

namespace UserNvme.Hosting.Devices;

/// <summary>
/// All controllers of a host. Opened one after the other, all or none; closed in the reverse order. The container disposes of it, which
/// closes what a start that failed elsewhere left open.
/// </summary>
internal sealed partial class ConfiguredControllers : IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private readonly ConfiguredController[] _controllers;
    private readonly List<DeferredBlockDevice> _deferred = [];
    private bool _isOpen;

    public ConfiguredControllers(IOptions<UserNvmeOptions> options, ILoggerFactory loggerFactory)
    {
        _logger = loggerFactory.CreateLogger<ConfiguredControllers>();
        _controllers = [.. options.Value.Controllers.Select(c => new ConfiguredController(c.Key, c.Value, loggerFactory))];
    }

    /// <summary>Opens all controllers; when one fails, those before it are closed again.</summary>
    /// <exception cref="NvmeSetupException">A controller cannot be opened, or there is no device for a key that is in use.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var controller in _controllers) await controller.OpenAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                foreach (var device in _deferred) device.Open(Find(device.Key.Name).Device(device.Key));
                _isOpen = true;
            }
        }
        catch
        {
            foreach (var error in await CloseAllAsync().ConfigureAwait(false)) LogCloseFailed(error);
            throw;
        }
    }

    /// <summary>Closes all controllers that are open, the last one first; also when one of them fails.</summary>
    public async Task CloseAsync()
    {
        var errors = await CloseAllAsync().ConfigureAwait(false);
        if (errors.Count == 1) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(errors[0]);
        if (errors.Count > 1) throw new AggregateException(errors);
    }

    /// <summary>The device for a key. Before the controllers are open it is one that begins to work when they are.</summary>
    /// <exception cref="InvalidOperationException">The key is none, or names no controller of the configuration.</exception>
    /// <exception cref="NvmeSetupException">The controller has no such device.</exception>
    public IBlockDevice Device(object? key)
    {
        var parsed = DeviceKey.Parse(key);
        var controller = Find(parsed.Name);
        lock (_gate)
        {
            if (_isOpen) return controller.Device(parsed);
            var device = new DeferredBlockDevice(parsed);
            _deferred.Add(device);
            return device;
        }
    }

    /// <summary>The open controller for a key.</summary>
    /// <exception cref="InvalidOperationException">The key names no controller of the configuration, or the controller is not open.</exception>
    public NvmeController Controller(object? key) =>
        Find(key as string ?? throw new InvalidOperationException("Controllers have their name in the configuration as their key.")).Controller;

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    // For a container that is disposed of synchronously: a close ends by itself, on a thread of the driver.
    public void Dispose() => CloseAsync().GetAwaiter().GetResult();

    private async Task<List<Exception>> CloseAllAsync()
    {
        lock (_gate) _isOpen = false;
        var errors = new List<Exception>();
        for (var i = _controllers.Length - 1; i >= 0; i--)
        {
            try
            {
                await _controllers[i].CloseAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                errors.Add(e);
            }
        }

        return errors;
    }

    private ConfiguredController Find(string name) =>
        Array.Find(_controllers, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidOperationException(
            $"No controller '{name}' is configured: {UserNvmeOptions.SectionName}:Controllers has {string.Join(", ", _controllers.Select(c => $"'{c.Name}'"))}.");

    [LoggerMessage(1, LogLevel.Error, "A controller could not be closed after the start had failed")]
    private partial void LogCloseFailed(Exception error);
}
