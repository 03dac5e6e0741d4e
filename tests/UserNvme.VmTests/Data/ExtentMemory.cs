using System.Buffers;
using UserNvme.Block;

namespace UserNvme.VmTests.Data;

/// <summary>Memory for one extent, of the kind that the extent asks for, and how it is written and read.</summary>
public sealed class ExtentMemory : IDisposable
{
    private readonly IBlockDevice _device;
    private readonly Extent _extent;
    private readonly List<IMemoryOwner<byte>> _owners = [];
    private readonly List<Memory<byte>> _pieces = [];

    public ExtentMemory(IBlockDevice device, Extent extent)
    {
        _device = device;
        _extent = extent;
        foreach (var length in PieceLengths(extent, device.Info.BlockSize)) _pieces.Add(Piece(length));
    }

    public ValueTask WriteAsync()
    {
        if (_pieces is [var single])
        {
            _extent.Fill(single.Span);
            return _device.WriteAsync(single, _extent.Offset);
        }

        var whole = new byte[_extent.Length];
        _extent.Fill(whole);
        var done = 0;
        foreach (var piece in _pieces)
        {
            whole.AsSpan(done, piece.Length).CopyTo(piece.Span);
            done += piece.Length;
        }
        return _device.WriteAsync(_pieces.ConvertAll(piece => (ReadOnlyMemory<byte>)piece), _extent.Offset);
    }

    public async Task<string> ReadHashAsync()
    {
        if (_pieces is [var single])
            await _device.ReadAsync(single, _extent.Offset);
        else
            await _device.ReadAsync(_pieces, _extent.Offset);

        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (var piece in _pieces) hash.AppendData(piece.Span);
        return Convert.ToHexString(hash.GetCurrentHash());
    }

    public void Dispose() => _owners.ForEach(owner => owner.Dispose());

    private Memory<byte> Piece(int length)
    {
        if (_extent.Memory is MemoryKind.Ordinary or MemoryKind.OrdinaryPieces) return new byte[length];
        var owner = _device.RentBuffer(length);
        _owners.Add(owner);
        return owner.Memory[..length];
    }

    // Pieces of 1, 2, 3, ... blocks, or of 1000, 1001, 1002, ... bytes; the last takes what is left.
    private static List<int> PieceLengths(Extent extent, int blockSize)
    {
        if (extent.Memory is MemoryKind.Dma or MemoryKind.Ordinary) return [extent.Length];

        var lengths = new List<int>();
        for (var left = extent.Length; left > 0; left -= lengths[^1])
            lengths.Add(Math.Min(left, extent.Memory == MemoryKind.DmaPieces ? (lengths.Count + 1) * blockSize : 1000 + lengths.Count));
        return lengths;
    }
}
