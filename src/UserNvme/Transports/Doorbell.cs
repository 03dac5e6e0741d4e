#pragma warning disable RS0030 // EventIdx is ordinary memory that the device writes: how wide the load is does not matter there.
using System.Runtime.CompilerServices;

namespace UserNvme.Transports;

/// <summary>
/// One doorbell register of a controller: a 32-bit store where the register is mapped, a call to the transport where it is not. A doorbell
/// of an I/O queue may have a shadow in the host's memory. Only the owner of the queue writes it.
/// </summary>
public readonly unsafe struct Doorbell
{
    private readonly uint* _register;
    private readonly IDoorbellSink? _sink;
    private readonly int _offset;
    private readonly int _toEventIndex;
    private readonly uint* _shadow;

    /// <summary>A doorbell that is mapped into this process.</summary>
    /// <param name="register">The register's address, 4-byte aligned, inside the mapping.</param>
    public Doorbell(uint* register)
    {
        _register = register;
        _sink = null;
        _offset = 0;
    }

    /// <summary>A doorbell that is reached by messages.</summary>
    /// <param name="sink">Who carries the value to the controller.</param>
    /// <param name="offset">The register's offset in the controller's register space, in bytes.</param>
    public Doorbell(IDoorbellSink sink, int offset)
    {
        _register = null;
        _sink = sink;
        _offset = offset;
    }

    private Doorbell(Doorbell register, uint* shadow, int toEventIndex)
    {
        this = register;
        _shadow = shadow;
        _toEventIndex = toEventIndex;
    }

    /// <summary>Whether the controller looks at a shadow of the register, and the register need be written only where it asks for that.</summary>
    internal bool HasShadow => _shadow != null;

    /// <summary>The place up to which the controller looks by itself (EventIdx). It can hold anything: the device writes it.</summary>
    internal uint EventIndex => Volatile.Read(ref *(uint*)((byte*)_shadow + _toEventIndex));

    /// <summary>Rings: all stores to the ring made before are visible to the controller first (x64 store order; see Mmio).</summary>
    /// <param name="value">The new tail or head, below the queue's size.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(uint value)
    {
        if (_register != null)
            Mmio.Write32(_register, value);
        else
            _sink!.Ring(_offset, value);
    }

    /// <summary>The same doorbell with a shadow.</summary>
    /// <param name="shadow">Its word in the Shadow Doorbell buffer.</param>
    /// <param name="toEventIndex">How many bytes behind it its word in the EventIdx buffer lies.</param>
    internal Doorbell WithShadow(uint* shadow, int toEventIndex) => new(this, shadow, toEventIndex);

    /// <summary>Stores the value for a controller that looks. All stores to the ring made before are visible to it first.</summary>
    internal void WriteShadow(uint value) => Mmio.Write32(_shadow, value);
}
