using UserNvme.Spec;

namespace UserNvme.Emulation.Backing;

/// <summary>Moves no data: reads leave the host's memory as it is, writes are forgotten. For measuring all but the copying.</summary>
internal sealed unsafe class NullBacking : BackingStore
{
    public override bool MovesData => false;

    public override NvmeStatus Read(long offset, byte* destination, long length) => NvmeStatus.Success;

    public override NvmeStatus Write(long offset, byte* source, long length) => NvmeStatus.Success;

    public override NvmeStatus Zero(long offset, long length) => NvmeStatus.Success;

    public override void Dispose()
    {
    }
}
