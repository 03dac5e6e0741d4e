using UserNvme.Interop;
using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Emulation.Hosts;

/// <summary>One client of a served controller, from its version message to its end. Used by one thread.</summary>
internal sealed class VfioUserSession : IDisposable
{
    private const uint Msix = 2;
    private const uint Regions = 9;

    // More than any client sends at once, and no more than QEMU takes for a sane number.
    private const int MostDescriptors = 16;

    // Others may be waiting behind a client that connected and does not say which version it speaks.
    private static readonly TimeSpan s_firstWord = TimeSpan.FromSeconds(5);

    private readonly EmulatedController _controller;
    private readonly Stepper _stepper;
    private readonly VfioUserPeer _peer;
    private readonly VfioUserRegisters _registers;
    private readonly VfioUserClientMemory _memory;

    // By type: INTx, MSI, MSI-X, errors, requests. QEMU warns of a device without error interrupts; there are no errors to tell of.
    private readonly FileDescriptor?[][] _eventFiles;
    private bool _isNegotiated;

    /// <summary>Begins with a client that has connected.</summary>
    public VfioUserSession(EmulatedController controller, Stepper stepper, VfioUserSocket socket)
    {
        _controller = controller;
        _stepper = stepper;
        _registers = new VfioUserRegisters(controller);
        _eventFiles = [[], [], new FileDescriptor?[controller.InterruptVectors], new FileDescriptor?[1], []];
        _peer = new VfioUserPeer(socket);
        _memory = new VfioUserClientMemory(controller.Domain, _peer);
    }

    /// <summary>Serves until the client leaves or breaks the protocol, says nothing at all, or until told to stop.</summary>
    public void Run(Func<bool> stop)
    {
        try
        {
            var first = Deadline.After(s_firstWord);
            while (!stop() && (_isNegotiated || first.Milliseconds > 0))
            {
                using var message = _peer.TryTake();
                if (message is not null)
                    Answer(message);
            }
        }
        catch (VfioUserProtocolException)
        {
            // This client is gone, or cannot be understood any more; the next one starts anew.
        }
    }

    /// <summary>Ends the connection, so that nothing waits for the client any more. Any thread.</summary>
    public void Close() => _peer.Close();

    /// <summary>Stops the controller and takes back everything that the client gave.</summary>
    public void Dispose()
    {
        // A step that waits for the client waits no more; and no DMA from here on, whatever the state of the controller is.
        _peer.Close();
        _controller.SetBusMaster(false);
        for (uint type = 0; type < _eventFiles.Length; type++)
            DetachAll(type);
        _memory.UnmapAll();
        try
        {
            _controller.ResetFunction();
        }
        catch (NvmeSetupException)
        {
            // A controller that cannot be reset stays as it is: the next client finds it so.
        }

        _controller.SetBusMaster(false);
        _stepper.Nudge();
        _peer.Dispose();
    }

    private void Answer(VfioUserMessage message)
    {
        byte[] payload = [];
        var error = 0;
        int[] descriptors = [];
        try
        {
            if (_isNegotiated == (message.Header.Command == VfioUserCommand.Version))
                throw new VfioUserProtocolException("the version is agreed on once, and first of all");
            payload = Handle(message, ref descriptors);
        }
        catch (VfioUserProtocolException e)
        {
            error = e.Error;
        }

        if (message.Header.WantsReply)
            _peer.Reply(message.Header, error, payload, descriptors);
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
                CheckRoom(VfioUserPayload.Read<VfioUserDeviceInfo>(request, "device info").Argsz, 16);
                return VfioUserPayload.ToBytes(new VfioUserDeviceInfo
                {
                    Argsz = 16,
                    Flags = VfioUserDeviceFlags.Pci | (_controller.Options.CanReset ? VfioUserDeviceFlags.Reset : 0),
                    NumRegions = Regions,
                    NumIrqs = (uint)_eventFiles.Length,
                });
            case VfioUserCommand.DeviceGetRegionInfo:
                return DescribeRegion(VfioUserPayload.Read<VfioUserRegionInfo>(request, "region info"), ref descriptors);
            case VfioUserCommand.DeviceGetIrqInfo:
                return DescribeInterrupts(VfioUserPayload.Read<VfioUserIrqInfo>(request, "interrupt info"));
            case VfioUserCommand.DeviceSetIrqs:
                SetInterrupts(VfioUserIrqSet.Parse(request, message.DescriptorCount, Vectors), message);
                return [];
            case VfioUserCommand.RegionRead:
                var read = VfioUserRegionAccess.ParseRead(request, VfioUserCapabilities.DefaultTransfer);
                var data = new byte[read.Count];
                _registers.Read(read, data);
                _stepper.Nudge();
                return VfioUserPayload.ToBytes(read, data);
            case VfioUserCommand.RegionWrite:
                var write = VfioUserRegionAccess.ParseWithData(request, VfioUserCapabilities.DefaultTransfer, out var written);
                Write(write, written);
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
        _peer.MaxTransfer = Math.Min(theirs.Capabilities.MaxDataTransferSize, VfioUserCapabilities.DefaultTransfer);
        return new VfioUserVersion(VfioUserVersion.OurMajor, Math.Min(theirs.Minor, VfioUserVersion.OurMinor), new VfioUserCapabilities
        {
            MaxMessageDescriptors = MostDescriptors,
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
        CheckRoom(info.Argsz, 32);
        var region = _registers.Describe(info.Index).ToBytes(info.Argsz);
        // A client without room for the areas asks again; with a descriptor it would map what is none.
        if (info.Index == VfioUserRegisters.Bar0 && region.Length > 32)
            descriptors = [(int)_controller.Doorbells.File.DangerousGetHandle()];
        return region;
    }

    private byte[] DescribeInterrupts(in VfioUserIrqInfo info)
    {
        CheckRoom(info.Argsz, 16);
        var type = info.Index;
        if (type >= _eventFiles.Length)
            throw new VfioUserProtocolException($"interrupts of type {type} are asked for, which a PCI device does not have");
        return VfioUserPayload.ToBytes(new VfioUserIrqInfo { Argsz = 16, Flags = VfioUserIrqFlags.Eventfd, Index = type, Count = (uint)Vectors(type) });
    }

    private int Vectors(uint type) => type < _eventFiles.Length ? _eventFiles[type].Length : 0;

    private void SetInterrupts(in VfioUserIrqSet set, VfioUserMessage message)
    {
        if (set.Index >= _eventFiles.Length)
            throw new VfioUserProtocolException($"interrupts of type {set.Index} are to be set, which a PCI device does not have");
        if ((set.Flags & VfioUserIrqSetFlags.ActionTrigger) == 0)
            throw new VfioUserProtocolException("interrupts cannot be masked by this message", Errno.EOPNOTSUPP);
        if ((set.Flags & VfioUserIrqSetFlags.DataEventfd) != 0)
        {
            if (!message.Descriptors.All(EventFd.IsOne))
                throw new VfioUserProtocolException("a descriptor that came for an interrupt is no eventfd");
            for (var i = 0; i < (int)set.Count; i++)
                Attach(set.Index, (int)set.Start + i, message.TakeDescriptor());
        }
        else if (set is { Start: 0, Count: 0 })
        {
            DetachAll(set.Index);
        }
        else
        {
            for (var i = 0; i < (int)set.Count; i++)
            {
                var chosen = (set.Flags & VfioUserIrqSetFlags.DataNone) != 0 || message.Payload.Span[20 + i] != 0;
                if (chosen && _eventFiles[set.Index][(int)set.Start + i] is { } file)
                    EventFd.Signal(file.Number);
            }
        }
    }

    private void Attach(uint type, int vector, FileDescriptor? file)
    {
        if (type == Msix)
            _controller.SetInterrupt(vector, file?.Number ?? -1);
        ref var place = ref _eventFiles[type][vector];
        place?.Dispose();
        place = file;
    }

    private void DetachAll(uint type)
    {
        for (var i = 0; i < _eventFiles[type].Length; i++)
            Attach(type, i, null);
    }

    private void Write(in VfioUserRegionAccess access, ReadOnlySpan<byte> data)
    {
        if (_registers.Write(access, data))
            Reset();
        else if (access.Region == VfioUserRegisters.ConfigSpace)
            _controller.SetBusMaster(_registers.IsBusMaster);
        _stepper.Nudge();
    }

    private void Reset()
    {
        try
        {
            _controller.ResetFunction();
        }
        catch (NvmeSetupException e)
        {
            throw new VfioUserProtocolException(e.Message, Errno.EOPNOTSUPP);
        }

        _registers.Reset();
        _controller.SetBusMaster(false);
        _stepper.Nudge();
    }

    private static void CheckRoom(uint given, uint needed)
    {
        if (given < needed)
            throw new VfioUserProtocolException($"a client that takes {given} bytes is to be told {needed}");
    }
}
