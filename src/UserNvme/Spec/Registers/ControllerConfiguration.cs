namespace UserNvme.Spec;

/// <summary>
/// CC, Controller Configuration, offset 14h (NVMe Base 2.0, 3.1.3.5). A value to be changed by <c>with</c> and written back whole.
/// All fields but EN and SHN are to be written while EN is 0.
/// </summary>
/// <param name="Value">The raw register.</param>
public readonly record struct ControllerConfiguration(uint Value)
{
    /// <summary>Enable.</summary>
    public bool En
    {
        get => (Value & 1) != 0;
        init => Value = Put(0, 1, value ? 1u : 0);
    }

    /// <summary>I/O command sets selected.</summary>
    public CommandSetSelection Css
    {
        get => (CommandSetSelection)Get(4, 3);
        init => Value = Put(4, 3, (uint)value);
    }

    /// <summary>Memory page size: 2^(12 + n) bytes, n within CAP.MPSMIN to CAP.MPSMAX.</summary>
    public byte Mps
    {
        get => (byte)Get(7, 4);
        init => Value = Put(7, 4, value);
    }

    /// <summary>Arbitration mechanism selected: 0 round robin, 1 weighted round robin with urgent class, 7 vendor specific.</summary>
    public byte Ams
    {
        get => (byte)Get(11, 3);
        init => Value = Put(11, 3, value);
    }

    /// <summary>Shutdown notification.</summary>
    public ShutdownNotification Shn
    {
        get => (ShutdownNotification)Get(14, 2);
        init => Value = Put(14, 2, (uint)value);
    }

    /// <summary>I/O submission queue entry size: 2^n bytes; 6 for the NVM command set.</summary>
    public byte Iosqes
    {
        get => (byte)Get(16, 4);
        init => Value = Put(16, 4, value);
    }

    /// <summary>I/O completion queue entry size: 2^n bytes; 4 for the NVM command set.</summary>
    public byte Iocqes
    {
        get => (byte)Get(20, 4);
        init => Value = Put(20, 4, value);
    }

    /// <summary>Controller ready independent of media enable.</summary>
    public bool Crime
    {
        get => Get(24, 1) != 0;
        init => Value = Put(24, 1, value ? 1u : 0);
    }

    private uint Get(int shift, int width) => (Value >> shift) & ((1u << width) - 1);

    private uint Put(int shift, int width, uint field)
    {
        uint mask = (1u << width) - 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(field, mask);
        return (Value & ~(mask << shift)) | (field << shift);
    }
}
