using System.Buffers.Binary;

namespace UserNvme.Spec;

/// <summary>
/// A namespace list: up to 1,024 identifiers in ascending order, ended by 0 (NVMe Base 2.0, 4.4.2; CNS 02h, 07h, 10h, 1Ah, log 04h).
/// </summary>
public static class NamespaceList
{
    /// <summary>Size of a list in bytes.</summary>
    public const int Size = 4096;

    /// <summary>Most identifiers in one list; ask again, starting behind the last one, after a full list.</summary>
    public const int MaxCount = Size / sizeof(uint);

    /// <summary>Reads a list that the controller returned.</summary>
    /// <param name="data">The list; what lies behind 4,096 bytes is not looked at.</param>
    /// <param name="after">The identifier that the request started behind; the list must continue above it.</param>
    /// <param name="namespaces">The identifiers; empty where the method returns false.</param>
    /// <returns>False where the controller breaks the order, or names one above 0xFFFFFFFE: neither can be walked to an end.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, NamespaceId after, out NamespaceId[] namespaces)
    {
        var found = new List<NamespaceId>();
        uint last = after.Value;
        int count = Math.Min(data.Length / sizeof(uint), MaxCount);
        for (int i = 0; i < count; i++)
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(data[(i * sizeof(uint))..]);
            if (id == 0)
                break;
            if (id <= last || id == uint.MaxValue)
            {
                namespaces = [];
                return false;
            }

            found.Add(new NamespaceId(id));
            last = id;
        }

        namespaces = [.. found];
        return true;
    }
}
