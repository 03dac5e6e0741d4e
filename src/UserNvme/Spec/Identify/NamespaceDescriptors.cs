namespace UserNvme.Spec;

/// <summary>
/// The Namespace Identification Descriptor list, CNS 03h (NVMe Base 2.0, figure 277): how a namespace is known worldwide, and its command
/// set.
/// </summary>
/// <param name="Eui64">IEEE extended unique identifier, 8 bytes; empty for none.</param>
/// <param name="Nguid">Namespace globally unique identifier, 16 bytes; empty for none.</param>
/// <param name="Uuid">Namespace UUID; null for none.</param>
/// <param name="CommandSet">Command set identifier; null where the controller does not say, which means NVM.</param>
public sealed record NamespaceDescriptors(
    ReadOnlyMemory<byte> Eui64, ReadOnlyMemory<byte> Nguid, Guid? Uuid, CommandSetIdentifier? CommandSet)
{
    /// <summary>Size of the list in bytes.</summary>
    public const int Size = 4096;

    private const int HeaderLength = 4;

    /// <summary>Reads a list that the controller returned. Types that are not known are skipped.</summary>
    /// <param name="data">The list, up to 4,096 bytes.</param>
    /// <param name="descriptors">What the list says; null where the method returns false.</param>
    /// <returns>False where a descriptor reaches over the end, or has a length that its type forbids.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, out NamespaceDescriptors? descriptors)
    {
        descriptors = null;
        ReadOnlyMemory<byte> eui64 = default, nguid = default;
        Guid? uuid = null;
        CommandSetIdentifier? commandSet = null;
        while (data.Length >= HeaderLength && data[1] != 0)
        {
            byte type = data[0];
            int length = data[1];
            if (length > data.Length - HeaderLength)
                return false;
            ReadOnlySpan<byte> value = data.Slice(HeaderLength, length);
            switch (type, length)
            {
                case (1, 8):
                    eui64 = value.ToArray();
                    break;
                case (2, 16):
                    nguid = value.ToArray();
                    break;
                case (3, 16):
                    uuid = new Guid(value, bigEndian: true);
                    break;
                case (4, 1):
                    commandSet = (CommandSetIdentifier)value[0];
                    break;
                case (>= 1 and <= 4, _):
                    return false;
            }

            data = data[(HeaderLength + length)..];
        }

        descriptors = new NamespaceDescriptors(eui64, nguid, uuid, commandSet);
        return true;
    }
}
