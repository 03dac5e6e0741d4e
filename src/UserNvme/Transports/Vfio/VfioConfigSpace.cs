using UserNvme.Interop;
using UserNvme.Pci;

namespace UserNvme.Transports.Vfio;

/// <summary>The configuration space as VFIO shows it: reads and writes of the device's config region, which the kernel filters.</summary>
internal sealed unsafe class VfioConfigSpace : PciConfigSpace
{
    private readonly VfioDevice _device;
    private readonly long _offset;

    /// <summary>The configuration space of a device.</summary>
    /// <exception cref="NvmeSetupException">VFIO does not offer it.</exception>
    public VfioConfigSpace(VfioDevice device)
    {
        _device = device;
        var region = device.GetRegion(VfioPciRegion.Config);
        if (region.Size == 0 || !region.Flags.HasFlag(VfioRegionFlags.Read | VfioRegionFlags.Write))
            throw device.Error(SetupProblem.Unsupported, "VFIO does not let the configuration space of this device be written.");
        _offset = (long)region.Offset;
    }

    /// <summary>Whether the device answers with the class code of an NVMe controller: not while it is gone or still in reset.</summary>
    public bool AnswersAsNvme => Read32(ClassAndRevisionOffset) >> 8 == PciDevice.NvmeClassCode;

    private const int ClassAndRevisionOffset = 0x08;

    /// <inheritdoc/>
    protected override void Read(int offset, Span<byte> destination)
    {
        fixed (byte* buffer = destination)
        {
            if (_device.File.ReadAt(buffer, destination.Length, _offset + offset) != destination.Length)
                destination.Fill(0xFF);
        }
    }

    /// <inheritdoc/>
    protected override void Write(int offset, ReadOnlySpan<byte> source)
    {
        fixed (byte* buffer = source)
        {
            var written = _device.File.WriteAt(buffer, source.Length, _offset + offset);
            if (written != source.Length)
                throw _device.Error(SetupProblem.DeviceFailed,
                    $"The configuration space of {_device.Address} cannot be written at 0x{offset:x}: {(written < 0 ? Errno.Describe((int)-written) : "the device is gone")}.");
        }
    }
}
