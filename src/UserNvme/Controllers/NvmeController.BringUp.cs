using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <content>Bring-up, the way Linux's nvme_probe and nvme_reset_work go: disable, admin queue, enable, identify, I/O queues. On the service thread.</content>
public sealed partial class NvmeController
{
    private const byte SubmissionEntrySizeExponent = 6;
    private const byte CompletionEntrySizeExponent = 4;
    private const int HostPageShift = 12;
    private const int MaxPageShift = 16;

    private TimeSpan _readyTimeout;
    private CancellationToken _openToken;

    private void BringUpFirstTime(CancellationToken cancellationToken)
    {
        _openToken = cancellationToken;
        try
        {
            ReadCapabilities();
            Stop();
            Space = Heap.Attach(Transport.Domain);
            // The service thread polls it slowly: each poll looks at the clock.
            _admin = new AdminQueue(QueueSettings(QueueId.Admin, Options.AdminQueueEntries, MaxAdminTransferBytes) with { PollsPerClockReading = 0, EmptyPollsBeforeRinging = 0 });
            _admin.Pair.TakeOwnership();
            Start();
            IdentifyController();
            ScanNamespaces();
            NegotiateQueues();
            SetUpShadowDoorbells();
            CreateChannels();
            _state = ControllerState.Live;
            LogUp(Address, Identity.ModelNumber, Identity.SerialNumber, Identity.FirmwareRevision, Version, _queueLimit, Namespaces.Count, UsesShadowDoorbells ? ", shadow doorbells" : "");
        }
        finally
        {
            _openToken = default;
        }
    }

    /// <summary>Brings a stopped controller up again with the same queues.</summary>
    private void BringUpAgain()
    {
        var (identity, namespaces, transfer) = (Identity, Namespaces, MaxTransferBytes);
        Start();
        IdentifyController();
        ScanNamespaces();
        CheckUnchanged(identity, namespaces, transfer);
        NegotiateQueues();
        SetUpShadowDoorbells();
        RecreateChannels();
    }

    // MDTS is not known before Identify, whose 4 KiB every controller moves; the lists for longer admin transfers are set aside all the same.
    private int MaxAdminTransferBytes => Math.Max(PageSize, Options.MaxTransferBytes / PageSize * PageSize);

    private void ReadCapabilities()
    {
        _registers.RestAfterReset();
        var capabilities = _registers.Capabilities;
        if (capabilities.IsGone || _registers.Status.IsGone)
            throw Failed("its registers read all-ones: it is gone, switched off, or its memory decoding is off");
        Capabilities = capabilities;
        Version = _registers.Version;
        _readyTimeout = _registers.ReadyTimeout(capabilities);
        if (!capabilities.SupportsNvmCommandSet && !capabilities.SupportsIoCommandSets)
            throw new NvmeSetupException(SetupProblem.Unsupported, Address, $"{Address} offers no NVM command set (CAP.CSS 0x{capabilities.Css:x}): it is not a disk.");
        if (capabilities.MaxQueueEntries < 2)
            throw Failed($"it says that its queues have {capabilities.MaxQueueEntries} entry (CAP.MQES), and 2 is the least");
        // The page size that the controller is set to need not be the host's: PRPs follow it, mappings follow the host.
        var shift = Math.Clamp(HostPageShift, capabilities.MinPageShift, Math.Max(capabilities.MinPageShift, capabilities.MaxPageShift));
        if (shift > MaxPageShift)
            throw new NvmeSetupException(SetupProblem.Unsupported, Address, $"{Address} needs memory pages of at least {1L << shift} bytes (CAP.MPSMIN); this driver goes up to {1 << MaxPageShift}.");
        PageSize = 1 << shift;
        MaxTransferBytes = Math.Max(PageSize, Options.MaxTransferBytes / PageSize * PageSize);
    }

    private void Stop()
    {
        var outcome = _registers.Disable(_readyTimeout);
        if (outcome == RegisterWait.Reached) return;
        if (outcome != RegisterWait.Gone && Transport.CanReset)
        {
            Transport.Reset();
            _registers.RestAfterReset();
            outcome = _registers.Disable(_readyTimeout);
        }

        if (outcome != RegisterWait.Reached) throw Failed($"it did not stop within {_readyTimeout.TotalSeconds:0.#} s ({Describe(outcome)})");
    }

    private void Start()
    {
        _admin.Open(Doorbell(QueueId.Admin, completion: false), Doorbell(QueueId.Admin, completion: true));
        var entries = Math.Min(Options.AdminQueueEntries, AdminQueueAttributes.MaxEntries);
        Transport.Write32(ControllerRegisters.Aqa, AdminQueueAttributes.Create(entries, entries).Value);
        Transport.Write64(ControllerRegisters.Asq, _admin.Pair.SubmissionRing.Value);
        Transport.Write64(ControllerRegisters.Acq, _admin.Pair.CompletionRing.Value);
        var configuration = new ControllerConfiguration
        {
            Css = Capabilities.SupportsIoCommandSets ? CommandSetSelection.AllSupported : CommandSetSelection.Nvm,
            Mps = (byte)(int.Log2(PageSize) - HostPageShift),
            Iosqes = SubmissionEntrySizeExponent,
            Iocqes = CompletionEntrySizeExponent,
        };
        var outcome = _registers.Enable(configuration, _readyTimeout);
        if (outcome != RegisterWait.Reached) throw Failed($"it was not ready within {_readyTimeout.TotalSeconds:0.#} s of being enabled ({Describe(outcome)})");
    }

    private void IdentifyController()
    {
        _identityData = Identify(IdentifyCns.Controller);
        var identity = Spec.IdentifyController.Parse(_identityData);
        if (!identity.IsIoController)
            throw new NvmeSetupException(SetupProblem.NotNvme, Address, $"{Address} is not an I/O controller (CNTRLTYPE {identity.Cntrltype}): it has no namespaces to read or write.");
        if (!identity.SupportsNvmEntrySizes)
            throw Failed($"it does not take 64-byte submission and 16-byte completion entries (SQES 0x{identity.Sqes:x2}, CQES 0x{identity.Cqes:x2})");
        Identity = identity;
        var most = identity.MaxTransferLength(Capabilities) ?? long.MaxValue;
        MaxTransferBytes = (int)Math.Min(most, Math.Max(PageSize, Options.MaxTransferBytes / PageSize * PageSize));
        NvmLimits = ReadNvmLimits();
    }

    // Optional before NVMe 2.0, and some controllers that have it say so nowhere: an error means that there are no such limits.
    private NvmLimits ReadNvmLimits()
    {
        var data = TryIdentify(AdminCommands.Identify(IdentifyCns.IoCommandSetController), out _);
        return data is null ? new NvmLimits() : Controllers.NvmLimits.Of(IdentifyControllerNvm.Parse(data), Capabilities);
    }

    private QueuePairSettings QueueSettings(QueueId id, int entries, int maxTransferBytes) => new()
    {
        Id = id,
        Entries = entries,
        PageSize = PageSize,
        MaxTransferBytes = maxTransferBytes,
        CommandTimeout = Options.CommandTimeout,
        ShadowDoorbells = _shadowDoorbells?.Memory,
        DoorbellsAreMemory = Transport.DoorbellsAreMemory,
        Heap = Heap,
        Space = Space,
        Monitor = this,
        Address = Address,
    };

    private NvmeSetupException Failed(string what) => new(SetupProblem.DeviceFailed, Address,
        $"The controller {Address} does not come up: {what}. Reset it or power-cycle the machine, and look at the kernel's log.");

    private static string Describe(RegisterWait outcome) => outcome switch
    {
        RegisterWait.Gone => "its registers read all-ones",
        RegisterWait.Fatal => "it reports a fatal status, CSTS.CFS",
        _ => "CSTS.RDY did not change",
    };
}
