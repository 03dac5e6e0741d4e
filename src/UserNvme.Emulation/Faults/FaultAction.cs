using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>What happens to a command that a fault is for. Made by the static members.</summary>
public sealed class FaultAction
{
    private FaultAction(FaultActionKind kind) => Kind = kind;

    /// <summary>The command is fetched and never completes: not until <see cref="FaultScript.Release"/>, an Abort or a reset. Its data moves when it completes, not before.</summary>
    public static FaultAction Hold { get; } = new(FaultActionKind.Hold);

    /// <summary>The command is executed, and completes twice.</summary>
    public static FaultAction CompleteTwice { get; } = new(FaultActionKind.CompleteTwice);

    /// <summary>The controller sets CSTS.CFS and stops, the command does not complete.</summary>
    public static FaultAction FatalStatus { get; } = new(FaultActionKind.FatalStatus);

    /// <summary>The device is gone from the bus: all registers read all-ones, nothing completes any more.</summary>
    public static FaultAction DeviceGone { get; } = new(FaultActionKind.DeviceGone);

    /// <summary>The device loses power before the command is executed: what was written and not flushed is lost, the controller comes back disabled.</summary>
    public static FaultAction PowerLoss { get; } = new(FaultActionKind.PowerLoss);

    internal FaultActionKind Kind { get; }

    internal TimeSpan Time { get; private init; }

    internal NvmeStatus Status { get; private init; }

    internal Func<CompletionEntry, CompletionEntry>? Change { get; private init; }

    internal bool ThenTruly { get; private init; }

    internal long Offset { get; private init; }

    internal byte Mask { get; private init; }

    internal Iova Address { get; private init; }

    internal DmaDirection Direction { get; private init; }

    /// <summary>The command is executed and completes this much later. Its data moves when it completes, not before.</summary>
    public static FaultAction Delay(TimeSpan time) => new(FaultActionKind.Delay) { Time = time };

    /// <summary>The command is not executed and completes with an error.</summary>
    public static FaultAction Fail(NvmeStatus status) => new(FaultActionKind.Fail) { Status = status };

    /// <summary>The command is executed, but the completion entry that the host sees is another one.</summary>
    /// <param name="change">Makes the wrong entry from the right one. Bit 0 of <see cref="CompletionEntry.StatusAndPhase"/> set turns the phase tag round.</param>
    /// <param name="thenTruly">Whether the right entry follows.</param>
    public static FaultAction Complete(Func<CompletionEntry, CompletionEntry> change, bool thenTruly = false) =>
        new(FaultActionKind.Complete) { Change = change, ThenTruly = thenTruly };

    /// <summary>The completion carries another command identifier.</summary>
    /// <param name="commandId">The identifier.</param>
    /// <param name="thenTruly">Whether the right entry follows.</param>
    public static FaultAction WrongCommandId(ushort commandId, bool thenTruly = false) =>
        Complete(entry => entry with { CommandId = commandId }, thenTruly);

    /// <summary>The completion carries the identifier of another generation of the same slot: some bits of it are turned round.</summary>
    /// <param name="generationBits">The bits of the identifier that hold the generation.</param>
    /// <param name="thenTruly">Whether the right entry follows.</param>
    public static FaultAction StaleCommandId(ushort generationBits, bool thenTruly = false) =>
        Complete(entry => entry with { CommandId = (ushort)(entry.CommandId ^ generationBits) }, thenTruly);

    /// <summary>The completion carries another submission queue head.</summary>
    public static FaultAction WrongSubmissionQueueHead(ushort head) => Complete(entry => entry with { SubmissionQueueHead = head });

    /// <summary>The completion carries another submission queue identifier.</summary>
    public static FaultAction WrongSubmissionQueueId(QueueId queue) => Complete(entry => entry with { SubmissionQueueId = queue.Value });

    /// <summary>The completion is written with the phase tag of the round before, so the host must not see it.</summary>
    /// <param name="thenTruly">Whether the right entry follows, in the next place of the ring.</param>
    public static FaultAction WrongPhase(bool thenTruly = false) =>
        Complete(entry => entry with { StatusAndPhase = (ushort)(entry.StatusAndPhase ^ 1) }, thenTruly);

    /// <summary>The command is executed and one byte of its data is changed on the way: in the buffer for a read, on the medium for a write.</summary>
    /// <param name="offset">Which byte of the data.</param>
    /// <param name="mask">The bits of it that are turned round; not 0.</param>
    public static FaultAction CorruptData(long offset, byte mask = 0xFF) => new(FaultActionKind.CorruptData) { Offset = offset, Mask = mask };

    /// <summary>The controller touches an address besides those that it was given, then executes the command.</summary>
    public static FaultAction TouchAddress(Iova address, DmaDirection direction) =>
        new(FaultActionKind.TouchAddress) { Address = address, Direction = direction };
}
