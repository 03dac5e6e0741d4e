using System.Globalization;
using System.Reflection;
using UserNvme.Transports.Vfio;

namespace UserNvme.Tests.Abi;

/// <summary>Our view of VFIO against the kernel's header.</summary>
public class VfioTests(AbiProbe probe) : IClassFixture<AbiProbe>
{
    public static TheoryData<string> Structures => new(VfioStructures().Select(type => type.Name));

    [Theory]
    [MemberData(nameof(Structures))]
    public void A_structure_lies_as_in_the_kernel(string name)
    {
        Type ours = VfioStructures().Single(type => type.Name == name);

        StructComparison.AssertSame(probe, ours, StructLayout.SnakeCase(name));
    }

    [Fact]
    public void No_structure_of_the_kernel_is_left_unchecked()
    {
        IEnumerable<string> theirs = probe.Names
            .Where(name => name.StartsWith("vfio_", StringComparison.Ordinal) && name.Count(c => c == '.') == 1)
            .Select(name => name.Split('.')[0]);

        Assert.Equal(theirs.Order(), VfioStructures().Select(type => StructLayout.SnakeCase(type.Name)).Order());
    }

    [Fact]
    public void Ioctl_numbers_are_the_kernels()
    {
        FieldInfo[] ours = [.. typeof(VfioIoctl).GetFields(BindingFlags.Static | BindingFlags.Public)];

        Assert.NotEmpty(ours);
        Assert.All(ours, field => Assert.Equal(
            probe.Number("VFIO_" + StructLayout.SnakeCase(field.Name).ToUpperInvariant()),
            Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Flags_are_the_kernels()
    {
        AssertSame<VfioGroupFlags>("VFIO_GROUP_FLAGS_{0}");
        AssertSame<VfioDeviceFlags>("VFIO_DEVICE_FLAGS_{0}");
        AssertSame<VfioRegionFlags>("VFIO_REGION_INFO_FLAG_{0}");
        AssertSame<VfioIrqFlags>("VFIO_IRQ_INFO_{0}");
        AssertSame<VfioIrqSetFlags>("VFIO_IRQ_SET_{0}");
        AssertSame<VfioIommuInfoFlags>("VFIO_IOMMU_INFO_{0}");
        AssertSame<VfioDmaMapFlags>("VFIO_DMA_MAP_FLAG_{0}");
    }

    [Fact]
    public void Indexes_and_identifiers_are_the_kernels()
    {
        AssertSame<VfioPciIrq>("VFIO_PCI_{0}_IRQ_INDEX");
        AssertSame<VfioPciRegion>("VFIO_PCI_{0}_REGION_INDEX");
        AssertSame<VfioRegionCapability>("VFIO_REGION_INFO_CAP_{0}");
        Assert.Equal((long)VfioIommuKind.Type1V2, probe.Number("VFIO_TYPE1v2_IOMMU"));
        Assert.Equal((long)VfioIommuKind.NoIommu, probe.Number("VFIO_NOIOMMU_IOMMU"));
        Assert.Equal((long)VfioIommuCapability.IovaRange, probe.Number("VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE"));
        Assert.Equal((long)VfioIommuCapability.Migration, probe.Number("VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION"));
        Assert.Equal((long)VfioIommuCapability.DmaAvail, probe.Number("VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL"));
    }

    private void AssertSame<T>(string pattern)
        where T : struct, Enum =>
        Assert.All(Enum.GetValues<T>(), value => Assert.Equal(
            probe.Number(string.Format(CultureInfo.InvariantCulture, pattern, StructLayout.SnakeCase(value.ToString()).ToUpperInvariant())),
            Convert.ToInt64(value, CultureInfo.InvariantCulture)));

    // The structures of the kernel's header are those with a fixed layout in the folder Abi: their names start with the kernel's.
    private static IEnumerable<Type> VfioStructures() =>
        typeof(VfioIoctl).Assembly.GetTypes().Where(type =>
            type is { IsValueType: true, IsEnum: false } &&
            type.Namespace == typeof(VfioIoctl).Namespace &&
            type.StructLayoutAttribute?.Pack is 0 or 8 &&
            type.Name.StartsWith("Vfio", StringComparison.Ordinal) &&
            !type.IsByRefLike);
}
