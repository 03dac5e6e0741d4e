using UserNvme.Interop;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>One message that came. Whoever gets it disposes it, which closes the descriptors that nobody took.</summary>
internal sealed class VfioUserMessage(VfioUserHeader header, byte[] payload, List<FileDescriptor> descriptors) : IDisposable
{
    /// <summary>The header.</summary>
    public VfioUserHeader Header { get; } = header;

    /// <summary>What follows the header.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>How many descriptors came along and were not taken.</summary>
    public int DescriptorCount => descriptors.Count;

    /// <summary>Those descriptors, which stay the message's.</summary>
    public IEnumerable<int> Descriptors => descriptors.Select(descriptor => descriptor.Number);

    /// <summary>Hands the first descriptor over to the caller, who closes it; null where none is left.</summary>
    public FileDescriptor? TakeDescriptor()
    {
        if (descriptors.Count == 0)
            return null;
        var first = descriptors[0];
        descriptors.RemoveAt(0);
        return first;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var descriptor in descriptors)
            descriptor.Dispose();
        descriptors.Clear();
    }
}
