namespace UserNvme.Spec;

/// <summary>
/// Offsets in bytes of the controller's registers in BAR0 (NVMe Base 2.0, 3.1.3). Registers are read and written at their full width,
/// 64-bit ones as two 32-bit halves, the low one first.
/// </summary>
public static class ControllerRegisters
{
    /// <summary>CAP, Controller Capabilities, 64 bits; see <see cref="ControllerCapabilities"/>.</summary>
    public const int Cap = 0x00;

    /// <summary>VS, Version, 32 bits; see <see cref="NvmeVersion"/>.</summary>
    public const int Vs = 0x08;

    /// <summary>INTMS, Interrupt Mask Set, 32 bits; not with MSI-X.</summary>
    public const int Intms = 0x0C;

    /// <summary>INTMC, Interrupt Mask Clear, 32 bits; not with MSI-X.</summary>
    public const int Intmc = 0x10;

    /// <summary>CC, Controller Configuration, 32 bits; see <see cref="ControllerConfiguration"/>.</summary>
    public const int Cc = 0x14;

    /// <summary>CSTS, Controller Status, 32 bits; see <see cref="ControllerStatus"/>.</summary>
    public const int Csts = 0x1C;

    /// <summary>NSSR, NVM Subsystem Reset, 32 bits; writing <see cref="SubsystemResetValue"/> resets the whole subsystem.</summary>
    public const int Nssr = 0x20;

    /// <summary>AQA, Admin Queue Attributes, 32 bits; see <see cref="AdminQueueAttributes"/>.</summary>
    public const int Aqa = 0x24;

    /// <summary>ASQ, Admin Submission Queue Base Address, 64 bits, page aligned.</summary>
    public const int Asq = 0x28;

    /// <summary>ACQ, Admin Completion Queue Base Address, 64 bits, page aligned.</summary>
    public const int Acq = 0x30;

    /// <summary>CMBLOC, Controller Memory Buffer Location, 32 bits; see <see cref="CmbLocation"/>.</summary>
    public const int Cmbloc = 0x38;

    /// <summary>CMBSZ, Controller Memory Buffer Size, 32 bits; see <see cref="CmbSize"/>.</summary>
    public const int Cmbsz = 0x3C;

    /// <summary>BPINFO, Boot Partition Information, 32 bits.</summary>
    public const int Bpinfo = 0x40;

    /// <summary>BPRSEL, Boot Partition Read Select, 32 bits.</summary>
    public const int Bprsel = 0x44;

    /// <summary>BPMBL, Boot Partition Memory Buffer Location, 64 bits.</summary>
    public const int Bpmbl = 0x48;

    /// <summary>CMBMSC, Controller Memory Buffer Memory Space Control, 64 bits.</summary>
    public const int Cmbmsc = 0x50;

    /// <summary>CMBSTS, Controller Memory Buffer Status, 32 bits.</summary>
    public const int Cmbsts = 0x58;

    /// <summary>CMBEBS, Controller Memory Buffer Elasticity Buffer Size, 32 bits.</summary>
    public const int Cmbebs = 0x5C;

    /// <summary>CMBSWTP, Controller Memory Buffer Sustained Write Throughput, 32 bits.</summary>
    public const int Cmbswtp = 0x60;

    /// <summary>NSSD, NVM Subsystem Shutdown, 32 bits.</summary>
    public const int Nssd = 0x64;

    /// <summary>CRTO, Controller Ready Timeouts, 32 bits; see <see cref="ControllerReadyTimeouts"/>.</summary>
    public const int Crto = 0x68;

    /// <summary>PMRCAP, Persistent Memory Region Capabilities, 32 bits.</summary>
    public const int Pmrcap = 0xE00;

    /// <summary>PMRCTL, Persistent Memory Region Control, 32 bits.</summary>
    public const int Pmrctl = 0xE04;

    /// <summary>PMRSTS, Persistent Memory Region Status, 32 bits.</summary>
    public const int Pmrsts = 0xE08;

    /// <summary>PMREBS, Persistent Memory Region Elasticity Buffer Size, 32 bits.</summary>
    public const int Pmrebs = 0xE0C;

    /// <summary>PMRSWTP, Persistent Memory Region Sustained Write Throughput, 32 bits.</summary>
    public const int Pmrswtp = 0xE10;

    /// <summary>PMRMSCL, Persistent Memory Region Memory Space Control Lower, 32 bits.</summary>
    public const int Pmrmscl = 0xE14;

    /// <summary>PMRMSCU, Persistent Memory Region Memory Space Control Upper, 32 bits.</summary>
    public const int Pmrmscu = 0xE18;

    /// <summary>Where the doorbells start.</summary>
    public const int Doorbells = 0x1000;

    /// <summary>"NVMe" in ASCII: the value of <see cref="Nssr"/> that resets the subsystem.</summary>
    public const uint SubsystemResetValue = 0x4E56_4D65;

    /// <summary>Offset of SQyTDBL, the tail doorbell of a submission queue: 1000h + 2y * (4 &lt;&lt; DSTRD).</summary>
    /// <param name="queue">The queue, 0 for the admin queue.</param>
    /// <param name="doorbellStride">CAP.DSTRD, 0 to 15.</param>
    /// <exception cref="OverflowException">The offset does not fit an int: far outside any BAR.</exception>
    public static int SubmissionDoorbell(QueueId queue, byte doorbellStride) => Doorbell(2 * queue.Value, doorbellStride);

    /// <summary>Offset of CQyHDBL, the head doorbell of a completion queue: 1000h + (2y + 1) * (4 &lt;&lt; DSTRD).</summary>
    /// <param name="queue">The queue, 0 for the admin queue.</param>
    /// <param name="doorbellStride">CAP.DSTRD, 0 to 15.</param>
    /// <exception cref="OverflowException">The offset does not fit an int: far outside any BAR.</exception>
    public static int CompletionDoorbell(QueueId queue, byte doorbellStride) => Doorbell((2 * queue.Value) + 1, doorbellStride);

    private static int Doorbell(int index, byte doorbellStride)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(doorbellStride, 15);
        return checked((int)(Doorbells + ((long)index * (4L << doorbellStride))));
    }
}
