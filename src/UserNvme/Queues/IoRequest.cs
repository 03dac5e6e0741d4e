using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Queues;

/// <summary>
/// One operation of the async door: it yields one command after the other until it has none left, and ends when all of them have
/// ended. It lives on the reactor of its channel from <see cref="IoChannel.Submit"/> until <see cref="Complete"/>.
/// </summary>
internal abstract class IoRequest : ReactorItem
{
    private IoChannel? _channel;
    private int _inFlight;
    private Exception? _error;
    private bool _stopIssuing;
    private bool _wasIssued;
    private Exception? _cancelled;

    /// <summary>The next in the channel's line of requests that wait for room, or of those that wait for a use.</summary>
    internal IoRequest? NextWaiting { get; set; }

    /// <summary>Whether commands are left to issue.</summary>
    internal bool WantsToIssue => !_stopIssuing && HasMore;

    /// <summary>Whether everything has ended.</summary>
    internal bool IsFinished => _inFlight == 0 && !WantsToIssue;

    /// <summary>Whether commands of it are in flight.</summary>
    internal bool HasCommandsInFlight => _inFlight != 0;

    private protected IoChannel Channel => _channel ?? throw new InvalidOperationException("The request was not submitted.");

    /// <summary>Whether the leases on the request's memory are never given back.</summary>
    private protected bool KeepsMemory { get; private set; }

    private protected Exception? Error => _error;

    /// <summary>Whether commands are left that were not issued yet, whatever became of the others.</summary>
    private protected bool HasMore { get; set; }

    /// <summary>The first block of what is left to issue, for messages.</summary>
    private protected abstract ulong NextLba { get; }

    /// <summary>Starts a life on a channel.</summary>
    internal void Begin(IoChannel channel)
    {
        _channel = channel;
        _inFlight = 0;
        _error = null;
        _stopIssuing = false;
        _wasIssued = false;
        KeepsMemory = false;
        _cancelled = null;
    }

    /// <summary>The next command and its memory. Called only while commands are left.</summary>
    /// <param name="command">The command without identifier and PRPs.</param>
    /// <param name="lba">Its first block, for messages.</param>
    /// <returns>The memory, as the device sees it; empty for a command without data.</returns>
    internal abstract ReadOnlySpan<PrpPiece> Peek(out NvmCommand command, out ulong lba);

    /// <summary>The command of the last <see cref="Peek"/> is in the ring.</summary>
    internal void Issued()
    {
        _inFlight++;
        _wasIssued = true;
        Advance();
    }

    /// <summary>A command was answered.</summary>
    internal void Answered(in CompletionEntry completion, ulong lba)
    {
        _inFlight--;
        if (completion.Status.IsSuccess) return;
        Fail(_cancelled is not null && completion.Status.StatusCode == StatusCode.AbortRequested ? _cancelled : ErrorOf(in completion, lba));
    }

    /// <summary>A command ended without an answer; the controller is stopped.</summary>
    /// <param name="lba">Its first block.</param>
    /// <param name="keepMemory">The controller may still touch the request's memory: it is never given back.</param>
    internal void Abandoned(ulong lba, bool keepMemory)
    {
        KeepsMemory |= keepMemory;
        _inFlight--;
        Fail(LossOf(lba));
    }

    /// <summary>The rest can never be issued. What of it was issued before may have taken effect: then the reason is not all there is to say.</summary>
    internal void GiveUp(Exception reason) => Fail(_wasIssued ? LossOf(NextLba) : reason);

    /// <summary>The first error is the request's; nothing more of it is issued.</summary>
    internal void Fail(Exception error)
    {
        _error ??= error;
        _stopIssuing = true;
    }

    /// <summary>The caller wants no more of it. It still succeeds if the device finishes all of it.</summary>
    internal void Cancel(Exception reason)
    {
        _cancelled = reason;
        if (HasMore) Fail(reason);
    }

    /// <summary>Everything has ended: tells the caller. On the reactor, once.</summary>
    internal abstract void Complete();

    internal override void Run() => Channel.Submit(this);

    private protected abstract void Advance();

    private protected abstract Exception ErrorOf(in CompletionEntry completion, ulong lba);

    private protected abstract Exception LossOf(ulong lba);
}
