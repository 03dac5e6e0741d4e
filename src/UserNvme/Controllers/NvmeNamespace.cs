using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <summary>An active namespace of a controller, as it was identified.</summary>
public sealed class NvmeNamespace
{
    // NGUID and EUI64 lie one behind the other.
    private static readonly Range s_identifiers = 104..128;

    internal NvmeNamespace(NamespaceId id, byte[] identityData, string? refusedBecause, int blockSize)
    {
        Id = id;
        IdentityData = identityData;
        Identity = IdentifyNamespace.Parse(identityData);
        RefusedBecause = refusedBecause;
        BlockSize = blockSize;
    }

    /// <summary>The namespace identifier.</summary>
    public NamespaceId Id { get; }

    /// <summary>Identify Namespace (CNS 00h), parsed. The device wrote it: values are checked where the driver uses them.</summary>
    public IdentifyNamespace Identity { get; }

    /// <summary>The 4096 bytes of Identify Namespace as the device gave them.</summary>
    public ReadOnlyMemory<byte> IdentityData { get; }

    /// <summary>Why I/O on this namespace is refused (metadata, protection information, another command set, nonsense); null if it is not.</summary>
    public string? RefusedBecause { get; }

    /// <summary>Bytes of a logical block; 0 where the device names no usable format.</summary>
    public int BlockSize { get; }

    /// <summary>Whether what was open as the other can go on as this: the same identity, format and at least as many blocks.</summary>
    internal bool IsSameAs(NvmeNamespace other) =>
        BlockSize == other.BlockSize && BlockCount >= other.BlockCount && RefusedBecause == other.RefusedBecause
        && IdentityData.Span[s_identifiers].SequenceEqual(other.IdentityData.Span[s_identifiers]);

    /// <summary>Number of logical blocks (NSZE).</summary>
    public ulong BlockCount => Identity.Nsze;
}
