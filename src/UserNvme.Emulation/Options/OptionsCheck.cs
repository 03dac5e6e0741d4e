using System.Globalization;
using System.Numerics;

namespace UserNvme.Emulation;

/// <summary>Checks options of an emulated controller; a wrong one is told by the name that it has in an address where it has one there.</summary>
internal static class OptionsCheck
{
    public const int SmallestBlock = 512;
    public const int LargestBlock = 65_536;
    private const long LargestSize = 1L << 46;

    /// <summary>Returns when all is well.</summary>
    /// <exception cref="NvmeSetupException">One option is wrong: which, and what is allowed.</exception>
    public static void ThrowIfInvalid(EmulatedControllerOptions options)
    {
        if (options.Namespaces.Count == 0)
            throw Bad("namespaces must be 1 or more");
        CheckRange("max-queues", options.MaxQueues, 1, 1024);
        CheckRange("max-queue-entries", options.MaxQueueEntries, 2, 65_536);
        CheckRange("mdts", options.Mdts, 0, 12);
        CheckRange("doorbell-stride", options.DoorbellStride, 0, 10);
        CheckRange(nameof(options.MaxPageShift), options.MaxPageShift, 0, 4);
        CheckRange(nameof(options.ReadyTimeout), options.ReadyTimeout, 0, 255);
        CheckRange(nameof(options.AtomicWriteUnitPowerFail), options.AtomicWriteUnitPowerFail, 0, 65_535);
        CheckRange(nameof(options.WriteZeroesSizeLimit), options.WriteZeroesSizeLimit, 0, 31);
        CheckRange(nameof(options.DatasetManagementRangesLimit), options.DatasetManagementRangesLimit, 0, 255);
        CheckRange(nameof(options.AsyncEventRequests), options.AsyncEventRequests, 1, 256);
        CheckRange(nameof(options.InterruptVectors), options.InterruptVectors ?? 1, 0, 2048);
        if (options.SpecificationVersion is not (0x0001_0400 or 0x0002_0000))
            throw Bad($"{nameof(options.SpecificationVersion)} must be 0x00010400 or 0x00020000");
        if (options.Latency < TimeSpan.Zero || options.ReadyDelay < TimeSpan.Zero)
            throw Bad("latency must be zero or more");
        CheckText("serial", options.SerialNumber, 20);
        CheckText(nameof(options.ModelNumber), options.ModelNumber, 40);
        CheckText(nameof(options.FirmwareRevision), options.FirmwareRevision, 8);
        foreach (var item in options.Namespaces)
            CheckNamespace(item);
    }

    /// <summary>An error about an address or an option of it.</summary>
    public static NvmeSetupException Bad(string rule, string address = "emulated:") =>
        new(SetupProblem.BadAddress, address, $"The emulated controller's {rule}.");

    private static void CheckNamespace(EmulatedNamespaceOptions item)
    {
        if (item.BlockSize is < SmallestBlock or > LargestBlock || !BitOperations.IsPow2(item.BlockSize))
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"block-size must be a power of two from {SmallestBlock} to {LargestBlock}, not {item.BlockSize}"));
        if (item.Size <= 0 || item.Size % item.BlockSize != 0 || item.Size > LargestSize)
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"size must be a positive multiple of the block size of {item.BlockSize} bytes, 64T at most, not {item.Size}"));
        if (item.Backing == BackingKind.File && string.IsNullOrEmpty(item.File))
            throw Bad("backing=file needs file=PATH");
        if (item.Backing != BackingKind.File && item.File is not null)
            throw Bad("file=PATH goes with backing=file only");
        if (item.Populate && item.Backing != BackingKind.Memory)
            throw Bad("populate=on goes with backing=memory only");
        CheckRange(nameof(item.OptimalIoBoundary), item.OptimalIoBoundary, 0, 65_535);
        if (item.Id > 1024)
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"namespace identifiers must be 1 to 1024, not {item.Id}"));
    }

    private static void CheckRange(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"{name} must be {least} to {most}, not {value}"));
    }

    private static void CheckText(string name, string value, int length)
    {
        if (value.Length > length || value.Any(c => c is < ' ' or > '~'))
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"{name} must be {length} printable ASCII characters at most, not '{value}'"));
    }
}
