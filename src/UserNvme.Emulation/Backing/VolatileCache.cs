using UserNvme.Spec;

namespace UserNvme.Emulation.Backing;

/// <summary>
/// A volatile write cache in front of a store, as far as one can be seen from outside: what was written is there at once, and gone after
/// a power loss unless it was flushed. It keeps what each touched page held before; a real cache destages by and by, so this one flushes
/// itself when it holds much.
/// </summary>
internal sealed unsafe class VolatileCache(BackingStore store, long length) : BackingStore
{
    private const int PageSize = 4096;
    private const int MostPages = 16_384;
    private readonly Dictionary<long, byte[]> _before = [];

    public override bool IsVolatile => true;

    public override NvmeStatus Read(long offset, byte* destination, long count) => store.Read(offset, destination, count);

    public override NvmeStatus Write(long offset, byte* source, long count)
    {
        var status = Keep(offset, count);
        return status.IsSuccess ? store.Write(offset, source, count) : status;
    }

    public override NvmeStatus Zero(long offset, long count)
    {
        var status = Keep(offset, count);
        return status.IsSuccess ? store.Zero(offset, count) : status;
    }

    public override NvmeStatus Flush()
    {
        _before.Clear();
        return store.Flush();
    }

    public override NvmeStatus Persist(long offset, long count)
    {
        // From now on a power loss brings back the new contents of this range.
        for (var done = 0L; done < count;)
        {
            var (page, inPage, piece) = Piece(offset + done, count - done);
            if (_before.TryGetValue(page, out var before))
            {
                fixed (byte* place = before)
                    store.Read(offset + done, place + inPage, piece);
            }

            done += piece;
        }

        return store.Flush();
    }

    public override void LosePower()
    {
        foreach (var (page, before) in _before)
        {
            fixed (byte* place = before)
                store.Write(page * PageSize, place, Math.Min(PageSize, length - page * PageSize));
        }

        _before.Clear();
    }

    public override void Dispose() => store.Dispose();

    private static (long Page, int InPage, int Piece) Piece(long offset, long left)
    {
        var inPage = (int)(offset % PageSize);
        return (offset / PageSize, inPage, (int)Math.Min(left, PageSize - inPage));
    }

    private NvmeStatus Keep(long offset, long count)
    {
        var pages = (offset + count + PageSize - 1) / PageSize - offset / PageSize;
        if (_before.Count + pages > MostPages)
        {
            var status = Flush();
            if (!status.IsSuccess || pages > MostPages) return status; // More than the cache holds goes past it.
        }

        for (var page = offset / PageSize; page * PageSize < offset + count; page++)
        {
            if (_before.ContainsKey(page)) continue;
            var before = new byte[PageSize];
            fixed (byte* place = before)
            {
                var status = store.Read(page * PageSize, place, Math.Min(PageSize, length - page * PageSize));
                if (!status.IsSuccess) return status;
            }

            _before.Add(page, before);
        }

        return NvmeStatus.Success;
    }
}
