using System.Globalization;
using UserNvme.Interop;
using UserNvme.Memory;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Transports.VfioUser;

/// <summary>The memory that one vfio-user server can reach: the heap's memfds are passed to it, so that it maps them. Thread-safe.</summary>
internal sealed class VfioUserDomain(VfioUserConnection connection) : IForeignDomain
{
    private const ulong SmallPage = 4096;

    /// <inheritdoc/>
    public string Name => $"memory of {connection.Address}";

    /// <summary>What the IOMMUs of PCs translate at least, which servers model: 39 bits without the window of message signalled interrupts.</summary>
    public IReadOnlyList<IovaRange> AllowedRanges { get; } = [new IovaRange(0, 0xFEDF_FFFF), new IovaRange(0xFEF0_0000, (1UL << 39) - 1)];

    /// <inheritdoc/>
    public ulong PageSizes => connection.Peer.PageSizes | SmallPage;

    /// <inheritdoc/>
    public long MappingsAvailable => Math.Max(0, connection.Peer.MaxDmaMaps - connection.Memory.Count);

    /// <inheritdoc/>
    public void Map(DmaRegion region, Iova iova)
    {
        ArgumentNullException.ThrowIfNull(region);
        if (region.File is not { } file)
            throw new NvmeSetupException(SetupProblem.Unsupported, connection.Address,
                $"Registered memory cannot be used with {connection.Address}, as another process cannot map it: rent buffers from the controller's heap instead.");
        var map = new VfioUserDmaMap
        {
            Argsz = 32,
            Flags = VfioUserDmaMapFlags.Read | VfioUserDmaMapFlags.Write,
            Address = iova.Value,
            Size = region.Length,
        };

        // Known before the server is told, which may ask for it at once.
        connection.Memory.Add(iova.Value, region);
        try
        {
            var error = connection.TryAsk(VfioUserCommand.DmaMap, VfioUserPayload.ToBytes(map), (int)file.DangerousGetHandle());
            if (error != 0)
                throw Refused(region, error, taken: connection.Memory.Count - 1);
        }
        catch
        {
            connection.Memory.Remove(iova.Value, region);
            throw;
        }
    }

    // A server need not say how many ranges it takes: SPDK's takes 64, and refuses the next as if it were a wrong one.
    private NvmeSetupException Refused(DmaRegion region, int error, int taken) => taken == 0
        ? new(SetupProblem.DeviceFailed, connection.Address, string.Create(CultureInfo.InvariantCulture,
            $"{connection.Address} refuses to map {region.Length:N0} bytes of DMA memory: {Errno.Describe(error)}."))
        : new(SetupProblem.TooManyMappings, connection.Address, string.Create(CultureInfo.InvariantCulture,
            $"{connection.Address} took {taken:N0} ranges of memory and refuses a further one of {region.Length:N0} bytes, {Errno.Describe(error)}: " +
            $"use less DMA memory, or larger regions ({nameof(DmaHeapOptions)}.{nameof(DmaHeapOptions.RegionBytes)})."));

    /// <inheritdoc/>
    public void Unmap(DmaRegion region, Iova iova)
    {
        ArgumentNullException.ThrowIfNull(region);
        var unmap = new VfioUserDmaUnmap { Argsz = 24, Address = iova.Value, Size = region.Length };
        try
        {
            // Until it answers the server may still ask for it.
            connection.Ask(VfioUserCommand.DmaUnmap, VfioUserPayload.ToBytes(unmap)).Dispose();
        }
        finally
        {
            connection.Memory.Remove(iova.Value, region);
        }
    }
}
