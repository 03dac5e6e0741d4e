using System.Buffers.Binary;
using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>Identify (NVMe Base 2.0, 5.17): which structure by CNS.</summary>
internal sealed class IdentifyCommand(EmulatedController controller, CommandData data)
{
    private const int Size = 4096;
    private const byte NvmCommandSet = 0;
    private readonly byte[] _answer = new byte[Size];

    /// <summary>Executes the command.</summary>
    public NvmeStatus Execute(in SubmissionEntry entry)
    {
        var cns = (byte)entry.Cdw10;
        var commandSet = (byte)(entry.Cdw11 >> 24);
        Array.Clear(_answer);
        var status = cns switch
        {
            0x00 => Namespace(entry.NamespaceId, IdentifyNamespaceData.Fill),
            0x01 => Controller(),
            0x02 => List(entry.NamespaceId),
            0x03 => Namespace(entry.NamespaceId, IdentifyNamespaceData.FillDescriptors),
            0x05 when commandSet == NvmCommandSet => Namespace(entry.NamespaceId, static (_, _) => { }),
            0x06 when commandSet == NvmCommandSet => CommandSetController(),
            0x07 when commandSet == NvmCommandSet => List(entry.NamespaceId),
            0x08 => Namespace(entry.NamespaceId, IdentifyNamespaceData.FillIndependent),
            0x13 => Controllers((ushort)(entry.Cdw10 >> 16)),
            _ => DeviceStatus.InvalidField,
        };
        if (!status.IsSuccess) return status;
        controller.Faults.Identify?.Invoke(cns, new NamespaceId(entry.NamespaceId), _answer);
        return data.Return(entry, _answer, Size);
    }

    private NvmeStatus Controller()
    {
        IdentifyControllerData.Fill(_answer, controller);
        return NvmeStatus.Success;
    }

    private NvmeStatus CommandSetController()
    {
        IdentifyControllerData.FillNvm(_answer, controller.Options);
        return NvmeStatus.Success;
    }

    // A namespace that is not active has a structure of zeroes.
    private NvmeStatus Namespace(uint id, Action<byte[], EmulatedNamespace> fill)
    {
        if (!controller.Namespaces.IsValid(id)) return DeviceStatus.InvalidNamespace;
        if (controller.Namespaces.Find(id) is { } item)
            fill(_answer, item);
        return NvmeStatus.Success;
    }

    // Active identifiers above the one given, ascending, 1,024 at most.
    private NvmeStatus List(uint above)
    {
        if (above >= 0xFFFF_FFFE) return DeviceStatus.InvalidNamespace;
        var at = 0;
        foreach (var item in controller.Namespaces.Active)
        {
            if (item.Id <= above || at >= Size) continue;
            BinaryPrimitives.WriteUInt32LittleEndian(_answer.AsSpan(at), item.Id);
            at += 4;
        }

        return NvmeStatus.Success;
    }

    // The controllers of the subsystem, from an identifier on: this one.
    private NvmeStatus Controllers(ushort from)
    {
        if (from > IdentifyControllerData.ControllerId) return NvmeStatus.Success;
        BinaryPrimitives.WriteUInt16LittleEndian(_answer, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(_answer.AsSpan(2), IdentifyControllerData.ControllerId);
        return NvmeStatus.Success;
    }
}
