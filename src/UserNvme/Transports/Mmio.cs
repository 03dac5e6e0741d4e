#pragma warning disable RS0030 // The one file besides the rings that touches device memory.
using System.Runtime.CompilerServices;

namespace UserNvme.Transports;

/// <summary>
/// Access to memory-mapped registers. The JIT narrows a volatile read whose result is masked (a test of bit 0 becomes a one-byte
/// read), which NVMe forbids: so reads stay in methods that are never inlined and return the full width. A test disassembles them.
/// </summary>
public static unsafe class Mmio
{
    /// <summary>Reads a 32-bit register with one 32-bit load.</summary>
    /// <param name="register">The register's address, 4-byte aligned.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint Read32(uint* register) => Volatile.Read(ref *register);

    /// <summary>Writes a 32-bit register with one 32-bit store, after all stores before it (x64: no barrier needed towards uncached memory).</summary>
    /// <param name="register">The register's address, 4-byte aligned.</param>
    /// <param name="value">The value to write.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write32(uint* register, uint value) => Volatile.Write(ref *register, value);
}
