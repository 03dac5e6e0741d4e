using Microsoft.Extensions.Logging;

namespace UserNvme.Memory;

/// <summary>
/// A heap's regions and the spaces that they are mapped in. A region is in the list only while it is mapped in every space, so whatever
/// is rented can be translated everywhere. All of it under the heap's map lock; the list's readers that rent take the gate.
/// </summary>
internal sealed partial class RegionTable(Lock gate, ILogger logger)
{
    private readonly Dictionary<IDmaDomain, DmaSpace> _spaces = new(ReferenceEqualityComparer.Instance);

    /// <summary>By number; a hole where a region is gone. Changed under both locks, so either is enough to read it.</summary>
    public List<HeapRegion?> Regions { get; } = [];

    /// <summary>Whether no domain has the heap mapped.</summary>
    public bool IsDetached => _spaces.Count == 0;

    /// <summary>The number that the next region gets.</summary>
    public int NextIndex
    {
        get
        {
            var hole = Regions.IndexOf(null);
            return hole >= 0 ? hole : Regions.Count;
        }
    }

    /// <summary>Maps a new region in every space, then lists it.</summary>
    /// <exception cref="NvmeSetupException">
    /// A space refuses it. The region is mapped nowhere then, or <see cref="HeapRegion.Retired"/> says that its memory must not be freed.
    /// </exception>
    public void Publish(HeapRegion region)
    {
        try
        {
            foreach (var space in _spaces.Values) space.Map(region);
        }
        catch
        {
            if (!UnmapEverywhere(region, out _)) Add(region);
            throw;
        }

        Add(region);
    }

    /// <summary>Unmaps a region in every space and takes it off the list; if one of them fails it is retired instead.</summary>
    public bool TryWithdraw(HeapRegion region, out NvmeSetupException? failure)
    {
        if (!UnmapEverywhere(region, out failure)) return false;
        Remove(region);
        return true;
    }

    /// <summary>Takes a region that is mapped nowhere off the list.</summary>
    public void Remove(HeapRegion region)
    {
        lock (gate) Regions[region.Memory.Index] = null;
    }

    /// <summary>The domain's space, made with everything mapped if it is new; counted.</summary>
    public DmaSpace Attach(DmaHeap heap, IDmaDomain domain)
    {
        if (!_spaces.TryGetValue(domain, out var space))
        {
            space = new DmaSpace(heap, domain);
            try
            {
                // A retired region matters only to those who still hold a part of it.
                foreach (var region in Regions)
                    if (region is { Retired: false } or { Buffers: > 0 }) space.Map(region);
            }
            catch
            {
                UnmapAll(space);
                throw;
            }

            _spaces.Add(domain, space);
        }

        space.Users++;
        return space;
    }

    /// <summary>Ends one <see cref="Attach"/>, and with the last one the mappings.</summary>
    public void Detach(DmaSpace space)
    {
        if (!_spaces.TryGetValue(space.Domain, out var known) || known != space)
            throw new InvalidOperationException($"{space.Domain.Name} is not attached to this heap.");
        if (--space.Users > 0) return;
        _spaces.Remove(space.Domain);
        UnmapAll(space);
    }

    private void UnmapAll(DmaSpace space)
    {
        foreach (var region in Regions)
            if (region is not null) TryUnmap(space, region, out _);
    }

    private bool UnmapEverywhere(HeapRegion region, out NvmeSetupException? failure)
    {
        failure = null;
        foreach (var space in _spaces.Values)
            if (!TryUnmap(space, region, out var problem)) failure ??= problem;
        return failure is null;
    }

    private bool TryUnmap(DmaSpace space, HeapRegion region, out NvmeSetupException? failure)
    {
        failure = null;
        try
        {
            space.Unmap(region.Memory);
            return true;
        }
#pragma warning disable CA1031 // Whatever a domain throws, it did not say that the memory is unmapped.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            failure = problem as NvmeSetupException ?? new NvmeSetupException(SetupProblem.SystemError, "",
                $"{region.Memory.Length >> 10} KiB of DMA memory could not be unmapped in {space.Domain.Name}: do not free them.", problem);
            var foreign = space.Domain is IForeignDomain;
            lock (gate)
            {
                region.Retired = true;
                region.MustStayMapped |= !foreign;
            }

            if (foreign) LogKeptByOther(logger, region.Memory.Length >> 10, space.Domain.Name, failure.Message);
            else LogRetired(logger, region.Memory.Length >> 10, space.Domain.Name, problem);
            return false;
        }
    }

    private void Add(HeapRegion region)
    {
        lock (gate)
        {
            if (region.Memory.Index == Regions.Count) Regions.Add(region);
            else Regions[region.Memory.Index] = region;
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Error,
        Message = "{KiB} KiB of DMA memory could not be unmapped in {Domain} and are set aside for good, for a device may still write to them")]
    private static partial void LogRetired(ILogger logger, nuint kib, string domain, Exception problem);

    [LoggerMessage(EventId = 4, Level = LogLevel.Information,
        Message = "{KiB} KiB of DMA memory are not used again, as {Domain} did not give them back ({Problem})")]
    private static partial void LogKeptByOther(ILogger logger, nuint kib, string domain, string problem);
}
