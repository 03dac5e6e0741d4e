namespace UserNvme.Spec;

/// <summary>
/// CMBSZ, Controller Memory Buffer Size, offset 3Ch (NVMe Base 2.0, 3.1.3.12). 0 where there is no buffer, or it is not enabled
/// (CMBMSC.CRE).
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct CmbSize(uint Value)
{
    /// <summary>Submission queues may lie in the buffer.</summary>
    public bool Sqs => Bit(0);

    /// <summary>Completion queues may lie in the buffer.</summary>
    public bool Cqs => Bit(1);

    /// <summary>PRP and SGL lists may lie in the buffer.</summary>
    public bool Lists => Bit(2);

    /// <summary>Data of commands that move data to the host may lie in the buffer.</summary>
    public bool Rds => Bit(3);

    /// <summary>Data of commands that move data from the host may lie in the buffer.</summary>
    public bool Wds => Bit(4);

    /// <summary>Size units: 0 for 4 KiB, each further one 16 times the last, 6 for 64 GiB; 7 and up are reserved.</summary>
    public byte Szu => (byte)((Value >> 8) & 0xF);

    /// <summary>Size in those units.</summary>
    public uint Sz => Value >> 12;

    /// <summary>Length of a size unit in bytes; 0 for a reserved one.</summary>
    public long UnitLength => Szu > 6 ? 0 : 4096L << (4 * Szu);

    /// <summary>Size in bytes; 0 for none or a reserved unit.</summary>
    public ulong Length => (ulong)UnitLength * Sz;

    private bool Bit(int bit) => ((Value >> bit) & 1) != 0;
}
