namespace UserNvme.Emulation.Prp;

/// <summary>A piece of the host's memory that belongs to a command's data.</summary>
internal readonly unsafe struct Segment(byte* address, long length)
{
    /// <summary>The first byte, in this process.</summary>
    public readonly byte* Address = address;

    /// <summary>Bytes.</summary>
    public readonly long Length = length;
}
