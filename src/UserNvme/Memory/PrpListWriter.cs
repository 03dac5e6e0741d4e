namespace UserNvme.Memory;

/// <summary>
/// Fills PRP list pages one behind the other. The last place of a page points to the next page when more entries follow, and is an
/// entry like the others when it is the last (P15).
/// </summary>
internal unsafe ref struct PrpListWriter
{
    private readonly int _pageSize;
    private ulong* _place;
    private ulong* _last;
    private ulong _nextPage;
    private int _left;

    /// <summary>Begins a list.</summary>
    /// <param name="list">Pages enough for all entries.</param>
    /// <param name="pageSize">CC.MPS in bytes.</param>
    /// <param name="entries">How many will be added in all.</param>
    public PrpListWriter(PrpList list, int pageSize, int entries)
    {
        _pageSize = pageSize;
        _place = list.Address;
        _last = _place + (pageSize / sizeof(ulong)) - 1;
        _nextPage = list.Iova.Value + (uint)pageSize;
        _left = entries;
    }

    /// <summary>Adds pages that are contiguous for the device.</summary>
    public void Add(ulong iova, int pages)
    {
        while (pages > 0)
        {
            if (_place == _last && _left > 1) Chain();
            var room = _left > _last - _place + 1 ? (int)(_last - _place) : _left;
            var now = Math.Min(pages, room);
            for (var i = 0; i < now; i++, iova += (uint)_pageSize) _place[i] = iova;
            _place += now;
            _left -= now;
            pages -= now;
        }
    }

    private void Chain()
    {
        *_place++ = _nextPage;
        _nextPage += (uint)_pageSize;
        _last += _pageSize / sizeof(ulong);
    }
}
