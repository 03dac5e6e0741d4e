using UserNvme.Spec;

namespace UserNvme.Emulation.Backing;

/// <summary>Where a namespace's data lives. The caller has checked each range; it is used by one step at a time.</summary>
internal abstract unsafe class BackingStore : IDisposable
{
    /// <summary>Whether the data is moved at all; a store that moves none is not asked.</summary>
    public virtual bool MovesData => true;

    /// <summary>Whether writes are volatile until <see cref="Flush"/>.</summary>
    public virtual bool IsVolatile => false;

    /// <summary>Copies data to memory.</summary>
    public abstract NvmeStatus Read(long offset, byte* destination, long length);

    /// <summary>Copies data from memory.</summary>
    public abstract NvmeStatus Write(long offset, byte* source, long length);

    /// <summary>Makes a range read as zeroes, and gives its space back where it can.</summary>
    public abstract NvmeStatus Zero(long offset, long length);

    /// <summary>Makes all earlier writes durable.</summary>
    public virtual NvmeStatus Flush() => NvmeStatus.Success;

    /// <summary>Makes what was written to a range durable (Force Unit Access); all of it where the store cannot do less.</summary>
    public virtual NvmeStatus Persist(long offset, long length) => Flush();

    /// <summary>Loses what was written and not made durable, where the store can.</summary>
    public virtual void LosePower()
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
