namespace UserNvme.Spec;

/// <summary>
/// CMBLOC, Controller Memory Buffer Location, offset 38h (NVMe Base 2.0, 3.1.3.11).
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct CmbLocation(uint Value)
{
    /// <summary>Base indicator register: the BAR that holds the buffer, 0 or 2 to 5.</summary>
    public byte Bir => (byte)(Value & 7);

    /// <summary>Queues may mix memory of the buffer and of the host.</summary>
    public bool Cqmms => Bit(3);

    /// <summary>Queues may lie in physically discontiguous pages of the buffer.</summary>
    public bool Cqpds => Bit(4);

    /// <summary>Data pointers may mix memory of the buffer and of the host.</summary>
    public bool Cdpmls => Bit(5);

    /// <summary>Data pointers and command may be independent in location.</summary>
    public bool Cdpcils => Bit(6);

    /// <summary>Data and metadata may be in different memory.</summary>
    public bool Cdmmms => Bit(7);

    /// <summary>Queue dword alignment is enforced.</summary>
    public bool Cqda => Bit(8);

    /// <summary>Offset within the BAR, in units of <see cref="CmbSize.UnitLength"/>.</summary>
    public uint Ofst => Value >> 12;

    private bool Bit(int bit) => ((Value >> bit) & 1) != 0;
}
