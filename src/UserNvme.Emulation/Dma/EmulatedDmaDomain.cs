using System.Globalization;
using UserNvme.Emulation.Dma;
using UserNvme.Memory;

namespace UserNvme.Emulation;

/// <summary>
/// The IOMMU of emulated controllers: it knows what is mapped, refuses what the kernel's type 1 driver refuses, and its controllers reach
/// nothing else. Several controllers may share one. Thread-safe.
/// </summary>
public sealed unsafe class EmulatedDmaDomain : IDmaDomain
{
    private const ulong Granule = 4096;

    // The window of message signalled interrupts, which x86 IOMMUs never translate.
    private const ulong MsiFirst = 0xFEE0_0000;
    private const ulong MsiLast = 0xFEEF_FFFF;

    private readonly Lock _lock = new();
    private readonly List<EmulatedController> _controllers = [];
    private readonly int _mappingBudget;
    private volatile DmaMappingTable _table = DmaMappingTable.Empty;

    /// <summary>Creates a domain in which nothing is mapped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public EmulatedDmaDomain(EmulatedDmaDomainOptions? options = null)
    {
        options ??= new EmulatedDmaDomainOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.AddressWidth, 32, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AddressWidth, 57, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MappingBudget, 1, nameof(options));
        _mappingBudget = options.MappingBudget;
        AllowedRanges = [new IovaRange(0, MsiFirst - 1), new IovaRange(MsiLast + 1, (1UL << options.AddressWidth) - 1)];
        Name = string.Create(CultureInfo.InvariantCulture, $"emulated IOMMU of {options.AddressWidth} bits");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IovaRange> AllowedRanges { get; }

    /// <summary>Pages of 4 KiB, 2 MiB and 1 GiB.</summary>
    public ulong PageSizes => Granule | (1UL << 21) | (1UL << 30);

    /// <inheritdoc/>
    public long MappingsAvailable => _mappingBudget - _table.Count;

    /// <summary>How many mappings exist now.</summary>
    public int MappingCount => _table.Count;

    internal DmaMappingTable Table => _table;

    /// <inheritdoc/>
    public void Map(DmaRegion region, Iova iova)
    {
        ArgumentNullException.ThrowIfNull(region);
        Map(new DmaMapping(iova.Value, region.Length, (byte*)region.Address));
    }

    /// <inheritdoc/>
    public void Unmap(DmaRegion region, Iova iova)
    {
        ArgumentNullException.ThrowIfNull(region);
        Unmap(iova.Value, region.Length);
    }

    internal void Map(in DmaMapping mapping)
    {
        var (first, length) = (mapping.First, mapping.Length);
        lock (_lock)
        {
            if (length == 0 || ((first | length | (ulong)mapping.Address) & (Granule - 1)) != 0)
                throw Refused(SetupProblem.SystemError, first, length, "address, IOVA and length must be multiples of 4096 bytes and the length not 0");
            if (!IsAllowed(first, length))
                throw Refused(SetupProblem.SystemError, first, length, $"it can translate {string.Join(" and ", AllowedRanges)} only");
            if (_table.Overlaps(first, length))
                throw Refused(SetupProblem.SystemError, first, length, "a part of that range is mapped already");
            if (_table.Count >= _mappingBudget)
                throw Refused(SetupProblem.TooManyMappings, first, length, $"its limit of {_mappingBudget} mappings is reached, use fewer and larger regions");
            _table = _table.With(mapping);
        }
    }

    internal void Unmap(ulong first, ulong length)
    {
        lock (_lock)
        {
            var index = _table.Find(first);
            if (index < 0 || _table[index].First != first || _table[index].Length != length)
                throw Refused(SetupProblem.SystemError, first, length, "no mapping starts there with that length, so nothing was unmapped", "unmap");
            _table = _table.Without(index);

            // A controller that is in the middle of a step may still use the old table; none does once its step has ended.
            foreach (var controller in _controllers)
                controller.WaitForEndOfStep();
        }
    }

    internal void Attach(EmulatedController controller)
    {
        lock (_lock)
            _controllers.Add(controller);
    }

    internal void Detach(EmulatedController controller)
    {
        lock (_lock)
            _controllers.Remove(controller);
    }

    private bool IsAllowed(ulong first, ulong length)
    {
        foreach (var range in AllowedRanges)
        {
            if (first >= range.First && first <= range.Last && length - 1 <= range.Last - first)
                return true;
        }

        return false;
    }

    private NvmeSetupException Refused(SetupProblem problem, ulong first, ulong length, string why, string verb = "map") =>
        new(problem, Name, string.Create(CultureInfo.InvariantCulture, $"The {Name} refuses to {verb} {length} bytes at IOVA {new Iova(first)}: {why}."));
}
