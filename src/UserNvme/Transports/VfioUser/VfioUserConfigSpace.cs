using UserNvme.Pci;

namespace UserNvme.Transports.VfioUser;

/// <summary>The configuration space as a vfio-user server shows it, by messages.</summary>
internal sealed class VfioUserConfigSpace(VfioUserTransport transport) : PciConfigSpace
{
    private const uint Region = 7;

    protected override void Read(int offset, Span<byte> destination) => transport.ReadRegion(Region, offset, destination.Length).CopyTo(destination);

    protected override void Write(int offset, ReadOnlySpan<byte> source) => transport.WriteRegion(Region, offset, source);
}
