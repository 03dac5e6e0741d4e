using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>
/// The groups and containers of this process. The kernel opens a group once, so that devices of one group share it; and a container
/// serves all groups that fit, so that memory is pinned and counted once for several controllers. Thread-safe.
/// </summary>
internal static class VfioRegistry
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<int, VfioGroup> s_groups = [];
    private static readonly List<VfioContainer> s_containers = [];

    /// <summary>Takes a share in the group of a device, in a container.</summary>
    /// <param name="device">A device with a group.</param>
    /// <param name="number">The group's number.</param>
    /// <param name="host">Where the device nodes are.</param>
    /// <returns>The group; given back by <see cref="Release"/>.</returns>
    /// <exception cref="NvmeSetupException">The device is in use, or its group cannot be opened.</exception>
    public static VfioGroup Acquire(PciDevice device, int number, HostPaths host)
    {
        lock (s_gate)
        {
            var known = s_groups.TryGetValue(number, out var group);
            group ??= VfioGroup.Open(device, number, host);
            try
            {
                // The kernel would open it twice, and two drivers on one controller would destroy each other's queues.
                if (group.OpenDevices.Contains(device.Address))
                    throw new NvmeSetupException(SetupProblem.HeldByProcess, device.Address.ToString(),
                        $"{device.Address} is open in this process already: use the controller that is open, or close it first.");
                group.Container ??= Join(group);
            }
            catch
            {
                if (!known)
                    group.Dispose();
                throw;
            }

            group.OpenDevices.Add(device.Address);
            s_groups[number] = group;
            return group;
        }
    }

    /// <summary>Gives a share back, after the device was closed. The last one closes the group, and with it an empty container.</summary>
    public static void Release(VfioGroup group, PciAddress device)
    {
        lock (s_gate)
        {
            group.OpenDevices.Remove(device);
            if (group.OpenDevices.Count > 0)
                return;
            s_groups.Remove(group.Number);
            var last = group.Container!.Remove(group);
            group.Dispose();
            if (last)
            {
                s_containers.Remove(group.Container);
                group.Container.Dispose();
            }
        }
    }

    private static VfioContainer Join(VfioGroup group)
    {
        if (s_containers.Find(c => c.TryAttach(group)) is { } shared)
            return shared;
        var container = VfioContainer.Create(group);
        s_containers.Add(container);
        return container;
    }
}
