namespace UserNvme.Emulation.Registers;

/// <summary>Bits of CSTS (NVMe Base 2.0, 3.1.3.6).</summary>
[Flags]
internal enum StatusBits : uint
{
    None = 0,
    Ready = 1,
    Fatal = 2,
    ShutdownOccurring = 1 << 2,
    ShutdownComplete = 2 << 2,
    ShutdownMask = 3 << 2,
    SubsystemResetOccurred = 1 << 4,
}
