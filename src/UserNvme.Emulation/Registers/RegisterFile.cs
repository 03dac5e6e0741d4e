using UserNvme.Spec;

namespace UserNvme.Emulation.Registers;

/// <summary>
/// The register values and which of them the host can change when (NVMe Base 2.0, 3.1.3). What a change sets off is the life cycle's matter:
/// it looks at <see cref="Changed"/> with the next step, as hardware acts some time after the write.
/// </summary>
internal sealed class RegisterFile(EmulatedControllerOptions options)
{
    private const uint SubsystemResetSignature = 0x4E56_4D65; // "NVMe"
    private ulong _asq;
    private ulong _acq;

    /// <summary>Controller Capabilities.</summary>
    public ulong Cap { get; } = MakeCapabilities(options);

    /// <summary>Controller Configuration as the host wrote it.</summary>
    public uint Cc { get; private set; }

    /// <summary>Controller Status.</summary>
    public StatusBits Csts { get; set; }

    /// <summary>Interrupt Mask.</summary>
    public uint InterruptMask { get; private set; }

    /// <summary>Admin Queue Attributes.</summary>
    public uint Aqa { get; private set; }

    /// <summary>Admin Submission Queue Base Address.</summary>
    public ulong Asq => _asq;

    /// <summary>Admin Completion Queue Base Address.</summary>
    public ulong Acq => _acq;

    /// <summary>CC was written, or a subsystem reset asked for, since the life cycle looked last.</summary>
    public bool Changed { get; set; }

    /// <summary>CC.EN went from 1 to 0 since the life cycle looked last, wherever it is now.</summary>
    public bool DisableSeen { get; set; }

    /// <summary>A subsystem reset was asked for.</summary>
    public bool SubsystemReset { get; set; }

    /// <summary>CC.EN.</summary>
    public bool Enable => (Cc & 1) != 0;

    /// <summary>CC.CSS.</summary>
    public uint CommandSet => (Cc >> 4) & 7;

    /// <summary>CC.MPS.</summary>
    public int MemoryPageShift => (int)(Cc >> 7) & 0xF;

    /// <summary>CC.AMS.</summary>
    public uint Arbitration => (Cc >> 11) & 7;

    /// <summary>CC.SHN.</summary>
    public uint ShutdownNotification => (Cc >> 14) & 3;

    /// <summary>CC.IOSQES.</summary>
    public uint SubmissionEntrySize => (Cc >> 16) & 0xF;

    /// <summary>CC.IOCQES.</summary>
    public uint CompletionEntrySize => (Cc >> 20) & 0xF;

    /// <summary>Reads a register; reserved ones are zero.</summary>
    public uint Read(int offset) => offset switch
    {
        ControllerRegisters.Cap => (uint)Cap,
        ControllerRegisters.Cap + 4 => (uint)(Cap >> 32),
        ControllerRegisters.Vs => options.SpecificationVersion,
        ControllerRegisters.Intms or ControllerRegisters.Intmc => InterruptMask,
        ControllerRegisters.Cc => Cc,
        ControllerRegisters.Csts => (uint)Csts,
        ControllerRegisters.Aqa => Aqa,
        ControllerRegisters.Asq => (uint)_asq,
        ControllerRegisters.Asq + 4 => (uint)(_asq >> 32),
        ControllerRegisters.Acq => (uint)_acq,
        ControllerRegisters.Acq + 4 => (uint)(_acq >> 32),
        ControllerRegisters.Crto => options.SpecificationVersion >= 0x0002_0000 ? (uint)options.ReadyTimeout : 0,
        _ => 0,
    };

    /// <summary>Writes a register.</summary>
    /// <returns>What was wrong with it, or null.</returns>
    public string? Write(int offset, uint value)
    {
        switch (offset)
        {
            case ControllerRegisters.Intms:
                InterruptMask |= value;
                return null;
            case ControllerRegisters.Intmc:
                InterruptMask &= ~value;
                return null;
            case ControllerRegisters.Cc:
                return WriteConfiguration(value);
            case ControllerRegisters.Csts:
                Csts &= ~((StatusBits)value & StatusBits.SubsystemResetOccurred);
                return (value & ~(uint)StatusBits.SubsystemResetOccurred) == 0 ? null : "CSTS was written, of which only NSSRO can be cleared";
            case ControllerRegisters.Nssr:
                if (value != SubsystemResetSignature) return "NSSR was written with another value than 'NVMe', which does nothing";
                SubsystemReset = Changed = true;
                return null;
            case ControllerRegisters.Aqa:
                Aqa = value & 0x0FFF_0FFF;
                return WhileEnabled("AQA") ?? (Aqa == value ? null : "AQA was written with reserved bits set");
            case ControllerRegisters.Asq:
                _asq = (_asq & ~0xFFFF_FFFFUL) | (value & ~0xFFFu);
                return WhileEnabled("ASQ") ?? Aligned("ASQ", value);
            case ControllerRegisters.Asq + 4:
                _asq = (uint)_asq | ((ulong)value << 32);
                return WhileEnabled("ASQ");
            case ControllerRegisters.Acq:
                _acq = (_acq & ~0xFFFF_FFFFUL) | (value & ~0xFFFu);
                return WhileEnabled("ACQ") ?? Aligned("ACQ", value);
            case ControllerRegisters.Acq + 4:
                _acq = (uint)_acq | ((ulong)value << 32);
                return WhileEnabled("ACQ");
            default:
                return $"the register at 0x{offset:x} was written, which is read-only or reserved";
        }
    }

    /// <summary>Gives the registers their values after a reset of the function.</summary>
    public void Reset()
    {
        Cc = Aqa = InterruptMask = 0;
        _asq = _acq = 0;
        Csts = StatusBits.None;
        Changed = SubsystemReset = DisableSeen = false;
    }

    /// <summary>What a controller reset (CC.EN set to 0) resets besides the queues.</summary>
    public void ResetController()
    {
        InterruptMask = 0;
        Csts &= StatusBits.SubsystemResetOccurred;
    }

    private string? WriteConfiguration(uint value)
    {
        const uint fixedWhileEnabled = 0x3FF0; // CSS, MPS, AMS
        var before = Cc;
        Cc = value;
        Changed = true;
        DisableSeen |= (before & ~value & 1) != 0;
        if ((~before & value & 1) != 0 && Csts.HasFlag(StatusBits.Ready))
            return "CC.EN was set to 1 before CSTS.RDY was 0";
        if ((value & 0xFF00_000E) != 0)
            return "CC was written with reserved bits set";
        return (before & value & 1) != 0 && ((before ^ value) & fixedWhileEnabled) != 0
            ? "CC.CSS, CC.MPS or CC.AMS was changed while CC.EN was 1"
            : null;
    }

    private string? WhileEnabled(string name) => Enable ? $"{name} was written while CC.EN was 1" : null;

    private static string? Aligned(string name, uint value) => (value & 0xFFF) == 0 ? null : $"{name} was written with an address that is no multiple of 4096";

    private static ulong MakeCapabilities(EmulatedControllerOptions options)
    {
        var value = (ulong)(options.MaxQueueEntries - 1);        // MQES
        value |= 1UL << 16;                                      // CQR: queues are contiguous
        value |= (ulong)options.ReadyTimeout << 24;              // TO
        value |= (ulong)options.DoorbellStride << 32;            // DSTRD
        value |= 1UL << 36;                                      // NSSRS
        value |= 1UL << 37;                                      // CSS: the NVM command set
        value |= (ulong)options.MaxPageShift << 52;              // MPSMAX; MPSMIN is 0
        if (options.SpecificationVersion >= 0x0002_0000)
            value |= 1UL << 59;                                  // CRMS: ready with media
        return value;
    }
}
