namespace UserNvme.Emulation.IoCommands;

/// <summary>What the SMART log tells about I/O. Written within steps only.</summary>
internal sealed class IoStatistics
{
    private ulong _bytesRead;
    private ulong _bytesWritten;

    /// <summary>Read commands that succeeded.</summary>
    public ulong Reads { get; private set; }

    /// <summary>Write commands that succeeded.</summary>
    public ulong Writes { get; private set; }

    /// <summary>Thousands of 512 bytes read, rounded up, as the SMART log counts them.</summary>
    public ulong UnitsRead => (_bytesRead + 511_999) / 512_000;

    /// <summary>Thousands of 512 bytes written, rounded up.</summary>
    public ulong UnitsWritten => (_bytesWritten + 511_999) / 512_000;

    /// <summary>Counts a read.</summary>
    public void CountRead(uint blocks, int blockShift)
    {
        Reads++;
        _bytesRead += (ulong)blocks << blockShift;
    }

    /// <summary>Counts a write.</summary>
    public void CountWrite(uint blocks, int blockShift)
    {
        Writes++;
        _bytesWritten += (ulong)blocks << blockShift;
    }
}
