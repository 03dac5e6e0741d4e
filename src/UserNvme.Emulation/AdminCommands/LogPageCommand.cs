using System.Buffers.Binary;
using System.Text;
using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>Get Log Page (NVMe Base 2.0, 5.16).</summary>
internal sealed class LogPageCommand(EmulatedController controller, CommandData data)
{
    private const byte SupportedLogPages = 0x00;
    private const byte ErrorInformation = 0x01;
    private const byte Smart = 0x02;
    private const byte FirmwareSlot = 0x03;
    private const byte ChangedNamespaces = 0x04;
    private const byte CommandEffects = 0x05;
    private const byte FeatureEffects = 0x12;

    private readonly byte[] _page = new byte[4096];

    /// <summary>The errors that the error log tells.</summary>
    public ErrorLog Errors { get; } = new();

    /// <summary>LPA: command effects and extended data (offset and long lengths); with 2.0 the supported log pages too.</summary>
    public static byte Attributes(EmulatedControllerOptions options) => (byte)(options.SpecificationVersion >= 0x0002_0000 ? 0x26 : 0x06);

    /// <summary>Executes the command.</summary>
    public NvmeStatus Execute(in SubmissionEntry entry)
    {
        var logPage = (byte)entry.Cdw10;
        var length = ((ulong)((entry.Cdw10 >> 16) | (entry.Cdw11 << 16)) + 1) * 4;
        var offset = entry.Cdw12 | ((ulong)entry.Cdw13 << 32);
        var retainEvent = (entry.Cdw10 & 0x8000) != 0;
        if ((offset & 3) != 0 || (entry.Cdw14 & 0x80_0000) != 0) return DeviceStatus.InvalidField;
        if (controller.Options.Mdts != 0 && length > 4096UL << controller.Options.Mdts) return DeviceStatus.InvalidField;
        if (logPage == Smart && entry.NamespaceId is not (0 or 0xFFFF_FFFF)) return DeviceStatus.InvalidField;

        Array.Clear(_page);
        var size = Fill(logPage);
        if (size == 0) return DeviceStatus.InvalidLogPage;
        if (offset > (ulong)size) return DeviceStatus.InvalidField;
        var status = data.Return(entry, _page.AsSpan((int)offset, size - (int)offset), length);
        if (status.IsSuccess && !retainEvent)
            Clear(logPage);
        return status;
    }

    // Reading a page clears the event that told of it.
    private void Clear(byte logPage)
    {
        switch (logPage)
        {
            case ErrorInformation:
                controller.Admin.Events.Unmask(AsyncEvents.TypeError);
                break;
            case Smart:
                controller.Admin.Events.Unmask(AsyncEvents.TypeHealth);
                break;
            case ChangedNamespaces:
                controller.Admin.Events.Unmask(AsyncEvents.TypeNotice);
                break;
        }
    }

    private int Fill(byte logPage)
    {
        var is20 = controller.Options.SpecificationVersion >= 0x0002_0000;
        switch (logPage)
        {
            case SupportedLogPages when is20:
                foreach (var supported in (ReadOnlySpan<byte>)[SupportedLogPages, ErrorInformation, Smart, FirmwareSlot, ChangedNamespaces, CommandEffects, FeatureEffects])
                    _page[supported * 4] = 1;
                return 1024;
            case ErrorInformation:
                Errors.Page.CopyTo(_page);
                return Errors.Page.Length;
            case Smart:
                FillSmart();
                return 512;
            case FirmwareSlot:
                _page[0] = 1; // Slot 1 is active.
                _page.AsSpan(8, 8).Fill((byte)' ');
                Encoding.ASCII.GetBytes(controller.Options.FirmwareRevision, _page.AsSpan(8, 8));
                return 512;
            case ChangedNamespaces:
                return 4096; // Namespaces do not change while the controller exists.
            case CommandEffects:
                FillCommandEffects();
                return 4096;
            case FeatureEffects when is20:
                foreach (var feature in FeatureCommands.Supported)
                    _page[feature * 4] = 1;
                return 1024;
            default:
                return 0;
        }
    }

    private void FillSmart()
    {
        var page = _page.AsSpan();
        var io = controller.Statistics;
        page[0] = (byte)(controller.IsTemperatureCritical ? 2 : 0);
        BinaryPrimitives.WriteUInt16LittleEndian(page[1..], controller.Temperature);
        page[3] = 100; // Available spare
        page[4] = 10;  // Its threshold
        BinaryPrimitives.WriteUInt64LittleEndian(page[32..], io.UnitsRead);
        BinaryPrimitives.WriteUInt64LittleEndian(page[48..], io.UnitsWritten);
        BinaryPrimitives.WriteUInt64LittleEndian(page[64..], io.Reads);
        BinaryPrimitives.WriteUInt64LittleEndian(page[80..], io.Writes);
        BinaryPrimitives.WriteUInt64LittleEndian(page[112..], 1); // Power cycles
        BinaryPrimitives.WriteUInt64LittleEndian(page[176..], Errors.Count);
    }

    // Bit 0: supported; bit 1: the contents of blocks may change.
    private void FillCommandEffects()
    {
        foreach (var opcode in (ReadOnlySpan<byte>)[0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0C])
            _page[opcode * 4] = 1;
        foreach (var opcode in (ReadOnlySpan<byte>)[0x00, 0x02, 0x05])
            _page[1024 + opcode * 4] = 1;
        foreach (var opcode in (ReadOnlySpan<byte>)[0x01, 0x08, 0x09])
            _page[1024 + opcode * 4] = 3;
    }
}
