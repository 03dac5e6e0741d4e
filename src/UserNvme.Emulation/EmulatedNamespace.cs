using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using UserNvme.Emulation.Backing;
using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>A namespace of an emulated controller: its format, its identity and where its data lives.</summary>
internal sealed class EmulatedNamespace : IDisposable
{
    public EmulatedNamespace(uint id, EmulatedNamespaceOptions options, EmulatedControllerOptions controller)
    {
        Id = id;
        Options = options;
        BlockShift = BitOperations.Log2((uint)options.BlockSize);
        BlockCount = (ulong)(options.Size >> BlockShift);
        Uuid = MakeUuid($"{controller.SerialNumber}/{id}");
        Backing = options.Backing switch
        {
            BackingKind.File => new FileBacking(options.File!, options.Size),
            BackingKind.Null => new NullBacking(),
            _ when controller.VolatileWriteCache == true => new VolatileCache(new MemoryBacking(options.Size, options.Populate), options.Size),
            _ => new MemoryBacking(options.Size, options.Populate),
        };
    }

    /// <summary>The namespace identifier.</summary>
    public uint Id { get; }

    /// <summary>What it was made from.</summary>
    public EmulatedNamespaceOptions Options { get; }

    /// <summary>LBADS: log2 of the bytes of a block.</summary>
    public int BlockShift { get; }

    /// <summary>NSZE.</summary>
    public ulong BlockCount { get; }

    /// <summary>A lasting identity, the same for the same serial number and identifier.</summary>
    public Guid Uuid { get; }

    /// <summary>Where the data lives.</summary>
    public BackingStore Backing { get; }

    /// <summary>A UUID (version 8) that depends on the text alone.</summary>
    public static Guid MakeUuid(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes("UserNvme.Emulation:" + text), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <inheritdoc/>
    public void Dispose() => Backing.Dispose();
}
