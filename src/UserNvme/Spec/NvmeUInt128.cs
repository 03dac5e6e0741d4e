using System.Globalization;
using System.Runtime.InteropServices;

namespace UserNvme.Spec;

/// <summary>
/// A 128-bit little endian field of a structure. Unlike <see cref="UInt128"/> it asks for no 16-byte alignment, which the
/// specification's structures do not give (TNVMCAP lies at offset 280).
/// </summary>
/// <param name="Low">Bits 63:0.</param>
/// <param name="High">Bits 127:64.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct NvmeUInt128(ulong Low, ulong High)
{
    /// <summary>The value as a number to calculate with.</summary>
    public UInt128 ToUInt128() => new(High, Low);

    /// <summary>The field for a number.</summary>
    public static NvmeUInt128 FromUInt128(UInt128 value) => new((ulong)value, (ulong)(value >> 64));

    /// <summary>The value as a number to calculate with.</summary>
    public static implicit operator UInt128(NvmeUInt128 value) => value.ToUInt128();

    /// <summary>The field for a number.</summary>
    public static implicit operator NvmeUInt128(UInt128 value) => FromUInt128(value);

    /// <inheritdoc/>
    public override string ToString() => ToUInt128().ToString(CultureInfo.InvariantCulture);
}
