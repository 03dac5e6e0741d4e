using System.Buffers.Binary;
using System.Text;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>
/// The Identify Controller structure (NVMe Base 2.0, figure 275), written by offset: it does not share the driver's own structures, so that
/// a wrong offset there is found.
/// </summary>
internal static class IdentifyControllerData
{
    /// <summary>CNTLID.</summary>
    public const ushort ControllerId = 1;

    /// <summary>ELPE: entries of the error log, less one.</summary>
    public const byte ErrorLogEntries = 15;

    /// <summary>ACL: Abort commands at once, less one.</summary>
    public const byte AbortLimit = 3;

    /// <summary>The PCI vendor identifier: of no vendor, as the controller is in no slot.</summary>
    public const ushort VendorId = 0;

    /// <summary>The temperature in kelvin at which the controller warns.</summary>
    public const ushort WarningTemperature = 343;

    /// <summary>Fills the structure for CNS 01h.</summary>
    public static void Fill(Span<byte> data, EmulatedController controller)
    {
        var options = controller.Options;
        U16(data, 0, VendorId);
        U16(data, 2, VendorId);
        Text(data, 4, 20, options.SerialNumber);
        Text(data, 24, 40, options.ModelNumber);
        Text(data, 64, 8, options.FirmwareRevision);
        data[77] = (byte)options.Mdts;
        U16(data, 78, ControllerId);
        U32(data, 80, options.SpecificationVersion);
        U32(data, 84, 500_000);                          // RTD3R: microseconds
        U32(data, 88, 5_000_000);                        // RTD3E: a flush to a file may take its time
        data[111] = 1;                                   // CNTRLTYPE: I/O controller
        U16(data, 256, (ushort)(options.ShadowDoorbells ? 0x100 : 0)); // OACS: Doorbell Buffer Config
        data[258] = AbortLimit;
        data[259] = (byte)(options.AsyncEventRequests - 1);
        data[260] = 0x03;                                // FRMW: one slot, read-only
        data[261] = LogPageCommand.Attributes(options);
        data[262] = ErrorLogEntries;
        U16(data, 266, WarningTemperature);
        U16(data, 268, WarningTemperature + 10);         // CCTEMP
        data[512] = 0x66;                                // SQES: 64 bytes
        data[513] = 0x44;                                // CQES: 16 bytes
        U32(data, 516, controller.Namespaces.Largest);
        U16(data, 520, 0x1D);                            // ONCS: Compare, DSM, Write Zeroes, Save and Select in features
        data[525] = (byte)(controller.HasVolatileCache ? 0x07 : 0x06); // VWC, and that Flush takes the broadcast identifier
        U16(data, 526, 0xFFFF);                          // AWUN: a command is executed as a whole
        U16(data, 528, (ushort)options.AtomicWriteUnitPowerFail);
        Encoding.ASCII.GetBytes($"nqn.2014-08.org.nvmexpress:uuid:{EmulatedNamespace.MakeUuid(options.SerialNumber)}", data[768..1024]);
        U16(data, 2048, 500);                            // PSD0: 5 W, in hundredths
    }

    /// <summary>Fills the NVM command set's structure for CNS 06h.</summary>
    public static void FillNvm(Span<byte> data, EmulatedControllerOptions options)
    {
        data[1] = (byte)options.WriteZeroesSizeLimit;
        data[3] = (byte)options.DatasetManagementRangesLimit;
        U32(data, 4, options.DatasetManagementRangeSizeLimit);
        BinaryPrimitives.WriteUInt64LittleEndian(data[8..], options.DatasetManagementSizeLimit);
    }

    private static void U16(Span<byte> data, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(data[offset..], value);

    private static void U32(Span<byte> data, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(data[offset..], value);

    // ASCII, padded with spaces, no terminator.
    private static void Text(Span<byte> data, int offset, int length, string value)
    {
        data.Slice(offset, length).Fill((byte)' ');
        Encoding.ASCII.GetBytes(value, data.Slice(offset, length));
    }
}
