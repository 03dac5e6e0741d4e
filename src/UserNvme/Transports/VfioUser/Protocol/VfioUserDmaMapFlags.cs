namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>What the server may do with a range of the client's memory.</summary>
[Flags]
internal enum VfioUserDmaMapFlags : uint
{
    /// <summary>It may read.</summary>
    Read = 1 << 0,

    /// <summary>It may write.</summary>
    Write = 1 << 1,
}
