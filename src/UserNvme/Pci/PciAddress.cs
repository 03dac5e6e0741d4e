using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace UserNvme.Pci;

/// <summary>
/// The place of a PCI function: domain, bus, device, function, written "0000:01:00.0" (all hexadecimal). The domain may have more
/// than four digits (controllers behind Intel VMD are in 10000 and up). Ordered by place.
/// </summary>
public readonly record struct PciAddress : IComparable<PciAddress>
{
    private const byte MaxDevice = 31;
    private const byte MaxFunction = 7;

    /// <summary>Creates an address.</summary>
    /// <param name="domain">PCI domain (segment).</param>
    /// <param name="bus">Bus, 0..255.</param>
    /// <param name="device">Device on the bus, 0..31.</param>
    /// <param name="function">Function of the device, 0..7.</param>
    /// <exception cref="ArgumentOutOfRangeException">Device or function is too large.</exception>
    public PciAddress(uint domain, byte bus, byte device, byte function)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device, MaxDevice);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(function, MaxFunction);
        Domain = domain;
        Bus = bus;
        Device = device;
        Function = function;
    }

    /// <summary>PCI domain (segment).</summary>
    public uint Domain { get; }

    /// <summary>Bus, 0..255.</summary>
    public byte Bus { get; }

    /// <summary>Device on the bus, 0..31.</summary>
    public byte Device { get; }

    /// <summary>Function of the device, 0..7.</summary>
    public byte Function { get; }

    /// <summary>Reads "0000:01:00.0" or, in domain 0, "01:00.0".</summary>
    /// <exception cref="NvmeSetupException">The text is no PCI address (<see cref="SetupProblem.BadAddress"/>).</exception>
    public static PciAddress Parse(string text) =>
        TryParse(text, out var address)
            ? address
            : throw new NvmeSetupException(SetupProblem.BadAddress, text ?? "",
                $"'{text}' is not a PCI address: write it as 0000:01:00.0 or 01:00.0 ('usernvme status' lists the controllers of this machine).");

    /// <summary>Reads "0000:01:00.0" or, in domain 0, "01:00.0"; upper and lower case.</summary>
    /// <returns>False where the text is anything else.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out PciAddress address)
    {
        address = default;
        if (text is null)
            return false;

        var dot = text.LastIndexOf('.');
        var deviceColon = dot < 0 ? -1 : text.LastIndexOf(':', dot);
        if (deviceColon <= 0)
            return false;

        var busColon = text.LastIndexOf(':', deviceColon - 1);
        uint domain = 0;
        if (busColon >= 0 && !TryHex(text.AsSpan(0, busColon), 4, 8, uint.MaxValue, out domain))
            return false;
        if (!TryHex(text.AsSpan((busColon + 1)..deviceColon), 1, 2, byte.MaxValue, out var bus)
            || !TryHex(text.AsSpan((deviceColon + 1)..dot), 1, 2, MaxDevice, out var device)
            || !TryHex(text.AsSpan(dot + 1), 1, 1, MaxFunction, out var function))
            return false;

        address = new PciAddress(domain, (byte)bus, (byte)device, (byte)function);
        return true;
    }

    /// <summary>The full form in lower case, as sysfs spells it: "0000:01:00.0".</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Domain:x4}:{Bus:x2}:{Device:x2}.{Function:x}");

    /// <inheritdoc/>
    public int CompareTo(PciAddress other) => SortKey.CompareTo(other.SortKey);

    /// <summary>Whether the left address lies before the right one.</summary>
    public static bool operator <(PciAddress left, PciAddress right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left address lies behind the right one.</summary>
    public static bool operator >(PciAddress left, PciAddress right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left address is not behind the right one.</summary>
    public static bool operator <=(PciAddress left, PciAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left address is not before the right one.</summary>
    public static bool operator >=(PciAddress left, PciAddress right) => left.CompareTo(right) >= 0;

    private ulong SortKey => ((ulong)Domain << 16) | ((ulong)Bus << 8) | ((ulong)Device << 3) | Function;

    private static bool TryHex(ReadOnlySpan<char> digits, int minDigits, int maxDigits, uint max, out uint value)
    {
        value = 0;
        return digits.Length >= minDigits && digits.Length <= maxDigits
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            && value <= max;
    }
}
