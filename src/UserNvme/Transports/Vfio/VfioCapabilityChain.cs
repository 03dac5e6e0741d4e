using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UserNvme.Transports.Vfio;

/// <summary>Walks the capabilities behind the answer of an info call; a chain that leaves its buffer or goes in circles ends there.</summary>
internal ref struct VfioCapabilityChain
{
    private readonly ReadOnlySpan<byte> _buffer;
    private uint _next;
    private int _remaining;

    /// <summary>A walk through the capabilities of one answer.</summary>
    /// <param name="buffer">The whole answer, as long as its argsz says.</param>
    /// <param name="first">The offset of the first capability; 0 where there is none.</param>
    public VfioCapabilityChain(ReadOnlySpan<byte> buffer, uint first)
    {
        _buffer = buffer;
        _next = first;
        // No two heads share bytes, so that a longer walk is a circle.
        _remaining = buffer.Length / Unsafe.SizeOf<VfioInfoCapHeader>();
    }

    /// <summary>The current capability from its head to the end of the buffer.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>The head of the current capability.</summary>
    public readonly VfioInfoCapHeader Header => MemoryMarshal.Read<VfioInfoCapHeader>(Current);

    /// <summary>Goes to the next capability; false at the end.</summary>
    public bool MoveNext()
    {
        if (_next == 0 || _remaining-- == 0 || _next > _buffer.Length - Unsafe.SizeOf<VfioInfoCapHeader>())
            return false;
        Current = _buffer[(int)_next..];
        _next = Header.Next;
        return true;
    }

    /// <summary>Reads the capability's fixed part, if the buffer holds it.</summary>
    public readonly bool TryRead<T>(out T body)
        where T : unmanaged => MemoryMarshal.TryRead(Current, out body);

    /// <summary>Reads the items that follow the capability's fixed part, as many as there are in the buffer.</summary>
    /// <param name="fixedPart">Bytes of the fixed part.</param>
    /// <param name="count">The number of items that the fixed part claims.</param>
    public readonly T[] ReadItems<T>(int fixedPart, uint count)
        where T : unmanaged
    {
        var bytes = Current[Math.Min(fixedPart, Current.Length)..];
        var whole = bytes.Length / Unsafe.SizeOf<T>();
        return MemoryMarshal.Cast<byte, T>(bytes)[..(int)Math.Min(count, (uint)whole)].ToArray();
    }
}
