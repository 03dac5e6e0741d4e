using Microsoft.Extensions.ObjectPool;

namespace UserNvme.Block;

/// <summary>Makes requests for a device's pool. A returned one is already as new.</summary>
internal sealed class BlockRequestPolicy(NvmeBlockDevice device) : PooledObjectPolicy<BlockRequest>
{
    public override BlockRequest Create() => new(device);

    public override bool Return(BlockRequest obj) => true;
}
