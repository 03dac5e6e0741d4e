namespace UserNvme.Emulation.Registers;

/// <summary>Offsets of the controller's properties in its register space (NVMe Base 2.0, figure 35).</summary>
internal static class RegisterOffset
{
    public const int Cap = 0x00;
    public const int Vs = 0x08;
    public const int Intms = 0x0C;
    public const int Intmc = 0x10;
    public const int Cc = 0x14;
    public const int Csts = 0x1C;
    public const int Nssr = 0x20;
    public const int Aqa = 0x24;
    public const int Asq = 0x28;
    public const int Acq = 0x30;
    public const int Cmbloc = 0x38;
    public const int Crto = 0x68;
    public const int Pmrcap = 0xE00;
    public const int End = 0x1000;
}
