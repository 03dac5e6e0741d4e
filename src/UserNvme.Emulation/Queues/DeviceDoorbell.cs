using System.Runtime.CompilerServices;

namespace UserNvme.Emulation.Queues;

/// <summary>
/// One doorbell as the controller looks at it: its register, or its shadow in the host's memory. While a shadow changes the controller looks there.
/// Then it says by the event index that it wants the register written for what comes next, and looks at nothing but the register.
/// </summary>
internal unsafe struct DeviceDoorbell
{
    private readonly uint* _register;
    private readonly ShadowPages? _shadows;
    private readonly int _place;

    // How many times more the shadow is looked at. With 0 a change of the register is waited for.
    private int _looksLeft;

    /// <param name="register">The register.</param>
    /// <param name="shadows">Where its shadow is; null for none.</param>
    /// <param name="place">The shadow's offset there in bytes.</param>
    public DeviceDoorbell(uint* register, ShadowPages? shadows, int place)
    {
        _register = register;
        _shadows = shadows;
        _place = place;
    }

    /// <summary>Whether it has to be looked at again though nothing was there: the host may ring without writing the register.</summary>
    public readonly bool IsLooking => _looksLeft != 0;

    /// <summary>What is in the register and in the shadow, 0 for both where there is no queue yet.</summary>
    public readonly uint Initial => DoorbellPage.Read(_register) | (_shadows is null ? 0 : DoorbellPage.Read(_shadows.Shadow(_place)));

    /// <summary>Looks.</summary>
    /// <param name="known">What was taken last.</param>
    /// <returns>What there is now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Read(uint known) => _shadows is null ? DoorbellPage.Read(_register) : ReadShadow(known);

    /// <summary>Lets a value go by that cannot be; the next one is looked at when the host writes the register.</summary>
    public void Ignore(uint known)
    {
        DoorbellPage.Write(_register, known);
        _looksLeft = 0;
    }

    private uint ReadShadow(uint known)
    {
        var shadow = _shadows!.Shadow(_place);
        if (_looksLeft == 0)
        {
            if (DoorbellPage.Read(_register) == known) return known;
            _looksLeft = _shadows.LooksInVain;
        }

        var value = DoorbellPage.Read(shadow);
        if (value == known)
        {
            if (--_looksLeft != 0) return known;
            // The register gets what is known, so that any write shows. Then the index, and one more look: a host that has not seen the index has
            // stored its value before.
            DoorbellPage.Write(_register, known);
            DoorbellPage.Write(_shadows.EventIndex(_place), known);
            Interlocked.MemoryBarrier();
            value = DoorbellPage.Read(shadow);
            if (value == known) return known;
        }

        _looksLeft = _shadows.LooksInVain;
        return value;
    }
}
