namespace UserNvme.Memory;

/// <summary>A part of a transfer that is contiguous for the device.</summary>
/// <param name="Iova">Its first byte.</param>
/// <param name="Length">Bytes, 1 or more.</param>
public readonly record struct PrpPiece(Iova Iova, int Length);
