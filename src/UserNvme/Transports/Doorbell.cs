using System.Runtime.CompilerServices;

namespace UserNvme.Transports;

/// <summary>
/// One doorbell register of a controller: a 32-bit store where the register is mapped, a call to the transport where it is not.
/// Only the owner of the queue writes it.
/// </summary>
public readonly unsafe struct Doorbell
{
    private readonly uint* _register;
    private readonly IDoorbellSink? _sink;
    private readonly int _offset;

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
}
