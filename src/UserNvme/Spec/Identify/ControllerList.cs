using System.Buffers.Binary;

namespace UserNvme.Spec;

/// <summary>A controller list: a count and up to 2,047 identifiers in ascending order (NVMe Base 2.0, 4.4.1; CNS 12h, 13h).</summary>
public static class ControllerList
{
    /// <summary>Size of a list in bytes.</summary>
    public const int Size = 4096;

    /// <summary>Most identifiers in one list.</summary>
    public const int MaxCount = 2047;

    /// <summary>Reads a list that the controller returned.</summary>
    /// <param name="data">The list, 4,096 bytes.</param>
    /// <param name="controllers">The identifiers; empty where the method returns false.</param>
    /// <returns>False where the count exceeds the list or the order is broken.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, out ushort[] controllers)
    {
        controllers = [];
        if (data.Length < Size)
            return false;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(data);
        if (count > MaxCount)
            return false;
        var found = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            found[i] = BinaryPrimitives.ReadUInt16LittleEndian(data[((i + 1) * sizeof(ushort))..]);
            if (i > 0 && found[i] <= found[i - 1])
                return false;
        }

        controllers = found;
        return true;
    }
}
