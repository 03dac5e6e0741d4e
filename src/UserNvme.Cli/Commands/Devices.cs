using UserNvme.Cli.Frame;
using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;

namespace UserNvme.Cli.Commands;

/// <summary>Opens controllers for verbs, and finds namespaces on them.</summary>
internal static class Devices
{
    private static readonly Lazy<DmaHeap> s_quietHeap = new(() => new DmaHeap());

    /// <summary>Takes the controller over and brings it up.</summary>
    /// <param name="tool">The tool, for the log.</param>
    /// <param name="address">The address as the user gave it.</param>
    /// <param name="timeoutSeconds">How long a command may take.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="configure">Further options.</param>
    public static Task<NvmeController> OpenAsync(
        ToolContext tool, string address, int timeoutSeconds, CancellationToken stop, Action<NvmeControllerOptions>? configure = null)
    {
        var options = new NvmeControllerOptions { CommandTimeout = TimeSpan.FromSeconds(timeoutSeconds), LoggerFactory = tool.LoggerFactory };
        // A device that is emulated here pins nothing: that its memory has no hugepages is no news to anybody.
        if (address.StartsWith(EmulatedTransport.Scheme + ":", StringComparison.OrdinalIgnoreCase)) options.Heap = s_quietHeap.Value;
        configure?.Invoke(options);
        return NvmeController.OpenAsync(address, options, stop);
    }

    /// <summary>Takes the controller over for admin commands only.</summary>
    public static Task<NvmeController> OpenWithoutQueuesAsync(ToolContext tool, string address, int timeoutSeconds, CancellationToken stop) =>
        OpenAsync(tool, address, timeoutSeconds, stop, options =>
        {
            options.Cores = [];
            options.ExtraQueuePairs = 0;
        });

    /// <summary>An active namespace.</summary>
    /// <exception cref="NvmeSetupException">It is not active.</exception>
    public static NvmeNamespace Namespace(NvmeController controller, uint id) =>
        controller.Namespaces.FirstOrDefault(ns => ns.Id.Value == id) ?? throw new NvmeSetupException(
            SetupProblem.NoSuchDevice, controller.Address, controller.Namespaces.Count == 0
                ? $"Namespace {id} of {controller.Address} is not active: no namespace is."
                : $"Namespace {id} of {controller.Address} is not active; active: {string.Join(", ", controller.Namespaces.Select(ns => ns.Id))}.");
}
