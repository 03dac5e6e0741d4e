using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Transports;

/// <summary>
/// A controller that can be reached: its registers, doorbells, DMA domain, interrupts, reset and removal. One transport serves one
/// controller and is owned by it. Register access is cold and thread-safe; doorbells are hot and belong to the queue's owner.
/// </summary>
public abstract class NvmeTransport : IDisposable
{
    /// <summary>The controller's address in the form that the user gives, such as "0000:01:00.0" or "emulated:".</summary>
    public abstract string Address { get; }

    /// <summary>PCI vendor identifier, for the quirk table; 0 where there is none.</summary>
    public abstract ushort VendorId { get; }

    /// <summary>PCI device identifier, for the quirk table; 0 where there is none.</summary>
    public abstract ushort DeviceId { get; }

    /// <summary>The NUMA node of the device; -1 where it is unknown.</summary>
    public virtual int NumaNode => -1;

    /// <summary>What the controller can reach by DMA.</summary>
    public abstract IDmaDomain Domain { get; }

    /// <summary>Whether the other side must not see memory of other controllers, so that a heap of its own is needed (vfio-user).</summary>
    public virtual bool NeedsPrivateHeap => false;

    /// <summary>Size of the register space (BAR0) in bytes.</summary>
    public abstract int RegisterSpaceLength { get; }

    /// <summary>How many interrupt vectors the controller has; 0 where it has none.</summary>
    public virtual int InterruptVectors => 0;

    /// <summary>
    /// Whether a vector has to have an eventfd from before its queue is created until the end: servers of vfio-user report an error for each
    /// completion of a queue with interrupts that finds none. Elsewhere a vector without one is silent.
    /// </summary>
    internal virtual bool InterruptsStayAttached => false;

    /// <summary>
    /// Whether the controller is software that watches its doorbells in memory: telling it something costs next to nothing then. Elsewhere a write goes
    /// over the bus or leaves a virtual machine, and one has to do for as many commands as there are.
    /// </summary>
    public virtual bool DoorbellsAreMemory => false;

    /// <summary>Cancelled when the other side announces that the device goes away.</summary>
    public virtual CancellationToken Removed => CancellationToken.None;

    /// <summary>Why it went away, for the end of a sentence; null while it is there, and where no more than that is known.</summary>
    public virtual string? RemovedBecause => null;

    /// <summary>Whether <see cref="Reset"/> can work.</summary>
    public abstract bool CanReset { get; }

    /// <summary>Reads a 32-bit register; all-ones where the device is gone.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 4, inside the register space.</param>
    public abstract uint Read32(int offset);

    /// <summary>Writes a 32-bit register.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 4, inside the register space.</param>
    /// <param name="value">The value.</param>
    public abstract void Write32(int offset, uint value);

    /// <summary>Reads a 64-bit register as two 32-bit halves, the low one first (legal on every controller).</summary>
    public ulong Read64(int offset) => Read32(offset) | ((ulong)Read32(offset + 4) << 32);

    /// <summary>Writes a 64-bit register as two 32-bit halves, the low one first.</summary>
    public void Write64(int offset, ulong value)
    {
        Write32(offset, (uint)value);
        Write32(offset + 4, (uint)(value >> 32));
    }

    /// <summary>The doorbell at an offset of the register space.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 4, 0x1000 or more.</param>
    /// <exception cref="NvmeSetupException">The doorbell lies outside the register space.</exception>
    public abstract Doorbell GetDoorbell(int offset);

    /// <summary>
    /// Resets the function. When it returns the device has stopped all DMA and its registers have their reset values; memory decode
    /// and bus mastering are on again.
    /// </summary>
    /// <exception cref="NvmeSetupException">The device has no function reset or it failed.</exception>
    public abstract void Reset();

    /// <summary>Switches bus mastering: off means that the device can start no DMA.</summary>
    public abstract void SetBusMaster(bool enabled);

    /// <summary>Attaches an eventfd to an interrupt vector, or detaches it with -1.</summary>
    public virtual void SetInterrupt(int vector, int eventFileDescriptor) =>
        throw new NotSupportedException($"{Address} has no interrupts.");

    /// <summary>
    /// Closes the way to the controller. Called last in the tear-down (rule 5): the controller is stopped or this closes it for good.
    /// </summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the transport holds.</summary>
    protected abstract void Dispose(bool disposing);
}
