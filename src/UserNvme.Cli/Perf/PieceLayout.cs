namespace UserNvme.Cli.Perf;

/// <summary>How the memory of a transfer lies: in one piece, or (-O) in pieces with a page between them, so that no two are neighbours.</summary>
internal readonly record struct PieceLayout
{
    /// <param name="ioSize">Bytes of a transfer.</param>
    /// <param name="unit">Bytes of a piece: a multiple of the page size, or 0 for one piece.</param>
    /// <param name="pageSize">The controller's memory page size.</param>
    public PieceLayout(int ioSize, int unit, int pageSize)
    {
        IsOnePiece = unit == 0 || unit >= ioSize;
        Unit = IsOnePiece ? ioSize : unit;
        Stride = IsOnePiece ? ioSize : unit + pageSize;
        Bytes = IsOnePiece ? ioSize : (((ioSize + unit - 1L) / unit) * Stride) - pageSize;
    }

    public bool IsOnePiece { get; }

    /// <summary>Bytes of each piece but the last.</summary>
    public int Unit { get; }

    /// <summary>Bytes from the beginning of a piece to that of the next.</summary>
    public int Stride { get; }

    /// <summary>Memory that a transfer needs.</summary>
    public long Bytes { get; }

    /// <summary>Where a byte of the transfer lies in the memory.</summary>
    public int OffsetOf(int position) => IsOnePiece ? position : (position / Unit * Stride) + (position % Unit);
}
