using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>One client of a served controller, from its version message to its end. Used by one thread.</summary>
internal sealed class VfioUserSession(EmulatedController controller, IControllerHost host, VfioUserSocket socket) : IDisposable
{
    private const uint Msix = 2;
    private const uint Regions = 9;
    private const uint IrqTypes = 5;

    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_sending = TimeSpan.FromSeconds(10);

    private readonly VfioUserRegisters _registers = new(controller);
    private readonly VfioUserClientMemory _memory = new(controller.Domain);
    private readonly FileDescriptor?[] _eventFiles = new FileDescriptor?[controller.InterruptVectors];
    private bool _isNegotiated;

    /// <summary>Serves until the client leaves or breaks the protocol, or until told to stop.</summary>
    public void Run(Func<bool> stop)
    {
        try
        {
            while (!stop())
            {
                using var message = socket.TryReceive(s_idle);
                if (message is not null)
                    Answer(message);
            }
        }
        catch (VfioUserProtocolException)
        {
            // This client is gone, or cannot be understood any more; the next one starts anew.
        }
    }

    /// <summary>Stops the controller and takes back everything that the client gave.</summary>
    public void Dispose()
    {
        // No DMA from here on, whatever the state of the controller is.
        controller.SetBusMaster(false);
        for (var i = 0; i < _eventFiles.Length; i++)
            Attach(i, null);
        _memory.UnmapAll();
        try
        {
            controller.ResetFunction();
        }
        catch (NvmeSetupException)
        {
            // A controller that cannot be reset stays as it is: the next client finds it so.
        }

        controller.SetBusMaster(false);
        host.Nudge();
        socket.Dispose();
    }

    private void Answer(VfioUserMessage message)
    {
        var header = message.Header;
        if (header.IsReply)
            throw new VfioUserProtocolException("it answered what it was not asked");
        byte[] payload = [];
        var error = 0;
        int[] descriptors = [];
        try
        {
            if (_isNegotiated == (header.Command == VfioUserCommand.Version))
                throw new VfioUserProtocolException("the version is agreed on once, and first of all");
            payload = Handle(message, ref descriptors);
        }
        catch (VfioUserProtocolException e)
        {
            error = e.Error;
        }

        if (!header.WantsReply)
            return;
        var flags = VfioUserMessageFlags.Reply | (error != 0 ? VfioUserMessageFlags.Error : 0);
        socket.Send(new VfioUserHeader(header.Id, header.Command, 0, flags, error), payload, descriptors, s_sending);
    }

    private byte[] Handle(VfioUserMessage message, ref int[] descriptors)
    {
        var request = message.Payload.Span;
        switch (message.Header.Command)
        {
            case VfioUserCommand.Version:
                return Negotiate(request);
            case VfioUserCommand.DmaMap:
                using (var file = message.DescriptorCount == 1 ? message.TakeDescriptor() : null)
                    _memory.Map(VfioUserDmaMap.Parse(request, message.DescriptorCount + (file is null ? 0 : 1)), file);
                return [];
            case VfioUserCommand.DmaUnmap:
                return Unmap(VfioUserDmaUnmap.Parse(request));
            case VfioUserCommand.DeviceGetInfo:
                VfioUserPayload.Read<VfioUserDeviceInfo>(request, "device info");
                return VfioUserPayload.ToBytes(new VfioUserDeviceInfo
                {
                    Argsz = 16,
                    Flags = VfioUserDeviceFlags.Pci | (controller.Options.CanReset ? VfioUserDeviceFlags.Reset : 0),
                    NumRegions = Regions,
                    NumIrqs = IrqTypes,
                });
            case VfioUserCommand.DeviceGetRegionInfo:
                return DescribeRegion(VfioUserPayload.Read<VfioUserRegionInfo>(request, "region info"), ref descriptors);
            case VfioUserCommand.DeviceGetIrqInfo:
                return DescribeInterrupts(VfioUserPayload.Read<VfioUserIrqInfo>(request, "interrupt info").Index);
            case VfioUserCommand.DeviceSetIrqs:
                SetInterrupts(VfioUserIrqSet.Parse(request, message.DescriptorCount, Vectors), message);
                return [];
            case VfioUserCommand.RegionRead:
                var read = VfioUserRegionAccess.ParseRead(request, VfioUserCapabilities.DefaultTransfer);
                var data = new byte[read.Count];
                _registers.Read(read, data);
                host.Nudge();
                return VfioUserPayload.ToBytes(read, data);
            case VfioUserCommand.RegionWrite:
                var write = VfioUserRegionAccess.ParseWithData(request, VfioUserCapabilities.DefaultTransfer, out var written);
                _registers.Write(write, written);
                host.Nudge();
                return VfioUserPayload.ToBytes(write);
            case VfioUserCommand.DeviceReset:
                Reset();
                return [];
            default:
                throw new VfioUserProtocolException($"command {message.Header.Command} is not offered", Errno.EOPNOTSUPP);
        }
    }

    private byte[] Negotiate(ReadOnlySpan<byte> request)
    {
        var theirs = VfioUserVersion.Parse(request);
        if (theirs.Major != VfioUserVersion.OurMajor)
            throw new VfioUserProtocolException($"it speaks version {theirs.Major}");
        _isNegotiated = true;
        return new VfioUserVersion(VfioUserVersion.OurMajor, Math.Min(theirs.Minor, VfioUserVersion.OurMinor), new VfioUserCapabilities
        {
            MaxMessageDescriptors = SocketMessages.MaxDescriptors,
            MaxDmaMaps = VfioUserClientMemory.MostRanges,
        }).ToBytes();
    }

    private byte[] Unmap(VfioUserDmaUnmap unmap)
    {
        if ((unmap.Flags & VfioUserDmaUnmapFlags.All) != 0)
            _memory.UnmapAll();
        else
            _memory.Unmap(unmap.Address, unmap.Size);
        return VfioUserPayload.ToBytes(unmap);
    }

    private byte[] DescribeRegion(in VfioUserRegionInfo info, ref int[] descriptors)
    {
        if (info.Index >= Regions)
            throw new VfioUserProtocolException($"region {info.Index} is asked for, which a PCI device does not have");
        if (info.Index == VfioUserRegisters.Bar0)
            descriptors = [(int)controller.Doorbells.File.DangerousGetHandle()];
        return _registers.Describe(info.Index).ToBytes(info.Argsz);
    }

    private byte[] DescribeInterrupts(uint type)
    {
        if (type >= IrqTypes)
            throw new VfioUserProtocolException($"interrupts of type {type} are asked for, which a PCI device does not have");
        return VfioUserPayload.ToBytes(new VfioUserIrqInfo { Argsz = 16, Flags = VfioUserIrqFlags.Eventfd, Index = type, Count = (uint)Vectors(type) });
    }

    private int Vectors(uint type) => type == Msix ? controller.InterruptVectors : 0;

    private void SetInterrupts(in VfioUserIrqSet set, VfioUserMessage message)
    {
        if ((set.Flags & VfioUserIrqSetFlags.ActionTrigger) == 0)
            throw new VfioUserProtocolException("MSI-X vectors cannot be masked by this message", Errno.EOPNOTSUPP);
        if ((set.Flags & VfioUserIrqSetFlags.DataEventfd) != 0)
        {
            for (var i = 0; i < (int)set.Count; i++)
                Attach((int)set.Start + i, message.TakeDescriptor());
        }
        else if (set is { Start: 0, Count: 0 })
        {
            for (var i = 0; i < _eventFiles.Length; i++)
                Attach(i, null);
        }
        else
        {
            for (var i = 0; i < (int)set.Count; i++)
            {
                var chosen = (set.Flags & VfioUserIrqSetFlags.DataNone) != 0 || message.Payload.Span[20 + i] != 0;
                if (chosen)
                    _eventFiles[(int)set.Start + i]?.Signal();
            }
        }
    }

    private void Attach(int vector, FileDescriptor? file)
    {
        controller.SetInterrupt(vector, file?.Number ?? -1);
        _eventFiles[vector]?.Dispose();
        _eventFiles[vector] = file;
    }

    private void Reset()
    {
        try
        {
            controller.ResetFunction();
        }
        catch (NvmeSetupException e)
        {
            throw new VfioUserProtocolException(e.Message, Errno.EOPNOTSUPP);
        }

        _registers.Reset();
        controller.SetBusMaster(false);
        host.Nudge();
    }
}
