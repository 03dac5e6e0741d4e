using System.Runtime.CompilerServices;

namespace UserNvme.Cli.Perf.Work;

/// <summary>Reads and writes at ascending or uniformly random places: what is measured most, and must cost least.</summary>
internal struct PlainWork : IPerfWork<PlainWork>
{
    private OffsetSequence _offsets;

    public static bool IsPlain => true;

    public static PlainWork Create(PerfTarget target, PerfSettings settings, LoadShare share, int slots) => new()
    {
        _offsets = new OffsetSequence(target.IoCount, settings.Pattern.IsRandom, settings.ReadPercent,
            first: target.IoCount / (ulong)share.Count * (ulong)share.Ordinal, seed: (ulong)share.Number + 1),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(int index, ref PerfSlot slot, out ulong place)
    {
        slot.Kind = _offsets.NextIsWrite() ? TransferKind.Write : TransferKind.Read;
        place = _offsets.NextPlace();
        return true;
    }

    public readonly void Prepare(int index, ref PerfSlot slot)
    {
    }

    public readonly bool Ended(int index, ref PerfSlot slot) => true;

    public readonly void BeginReadBack()
    {
    }
}
