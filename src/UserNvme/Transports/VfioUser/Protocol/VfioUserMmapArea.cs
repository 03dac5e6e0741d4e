using System.Runtime.InteropServices;

namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>A part of a region that can be mapped.</summary>
/// <param name="Offset">Its start in the region, in bytes; a multiple of the page size.</param>
/// <param name="Size">Bytes, a multiple of the page size.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct VfioUserMmapArea(ulong Offset, ulong Size);
