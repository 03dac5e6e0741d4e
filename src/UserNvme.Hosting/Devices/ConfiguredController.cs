using Microsoft.Extensions.Logging;
using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Spec;

namespace UserNvme.Hosting.Devices;

/// <summary>A controller of the configuration and, while it is open, its block devices.</summary>
internal sealed partial class ConfiguredController(string name, UserNvmeControllerOptions options, ILoggerFactory loggerFactory)
{
    private readonly ILogger _logger = loggerFactory.CreateLogger(typeof(UserNvmeOptions).Namespace!);
    private readonly SortedDictionary<uint, NvmeBlockDevice> _devices = [];
    private NvmeController? _controller;

    public string Name => name;

    /// <summary>The open controller.</summary>
    /// <exception cref="InvalidOperationException">It is not open.</exception>
    public NvmeController Controller => _controller
        ?? throw new InvalidOperationException($"Controller '{name}' is not open: the host opens it before it starts its services, so resolve it in StartAsync or ExecuteAsync and not in a constructor.");

    /// <summary>Opens the controller and its namespaces; when it fails, nothing stays open.</summary>
    /// <exception cref="NvmeSetupException">The controller or a namespace cannot be opened.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            _controller = await NvmeController.OpenAsync(options.Address, options.ToControllerOptions(loggerFactory), cancellationToken).ConfigureAwait(false);
            OpenNamespaces(_controller);
        }
        catch (NvmeSetupException e)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new NvmeSetupException(e.Problem, e.Address, $"Controller '{name}' of the configuration cannot be opened: {e.Message}", e);
        }

        LogOpened(name, options.Address, string.Join(", ", _devices.Keys));
    }

    /// <summary>Shuts the controller down, if it is open.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _controller, null) is not { } controller) return;
        _devices.Clear();
        await controller.DisposeAsync().ConfigureAwait(false);
        LogClosed(name, options.Address);
    }

    /// <summary>The device of a namespace; of the only one if none is named.</summary>
    /// <exception cref="NvmeSetupException">There is no such device.</exception>
    public IBlockDevice Device(DeviceKey key)
    {
        if (key.NamespaceId is { } id)
        {
            return _devices.TryGetValue(id.Value, out var device) ? device : throw new NvmeSetupException(SetupProblem.NoSuchDevice, options.Address,
                $"There is no block device '{key}': controller '{name}' is open with namespaces {string.Join(", ", _devices.Keys)}.");
        }

        return _devices.Count == 1 ? _devices.Values.First() : throw new NvmeSetupException(SetupProblem.NoSuchDevice, options.Address,
            $"Block device '{key}' is ambiguous, because controller '{name}' is open with several namespaces: ask for one of {string.Join(", ", _devices.Keys.Select(n => $"'{name}/{n}'"))}.");
    }

    private void OpenNamespaces(NvmeController controller)
    {
        if (options.Namespaces is { Count: > 0 } chosen)
        {
            foreach (var id in chosen) _devices.Add(id, NvmeBlockDevice.Open(controller, new NamespaceId(id)));
            return;
        }

        foreach (var ns in controller.Namespaces)
        {
            if (ns.RefusedBecause is { } reason)
                LogRefused(name, ns.Id, reason);
            else
                _devices.Add(ns.Id.Value, NvmeBlockDevice.Open(controller, ns.Id));
        }

        if (_devices.Count == 0)
            throw new NvmeSetupException(SetupProblem.Unsupported, options.Address, $"{options.Address} has no namespace that can be read and written.");
    }

    [LoggerMessage(1, LogLevel.Information, "Opened controller '{Name}' ({Address}), namespaces {Namespaces}")]
    private partial void LogOpened(string name, string address, string namespaces);

    [LoggerMessage(2, LogLevel.Information, "Closed controller '{Name}' ({Address})")]
    private partial void LogClosed(string name, string address);

    [LoggerMessage(3, LogLevel.Warning, "Namespace {Id} of controller '{Name}' is left out: {Reason}")]
    private partial void LogRefused(string name, NamespaceId id, string reason);
}
