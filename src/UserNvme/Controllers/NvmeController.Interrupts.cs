using UserNvme.Queues;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <content>Interrupt vectors: one for each reactor's queue where there are enough, attached only while a reactor sleeps or wants to.</content>
public sealed partial class NvmeController
{
    // Vector 0 is the admin queue's, which is polled; a queue that shares it would be woken for nothing.
    private const int AdminVectors = 1;

    private InterruptLine[] _interrupts = [];

    private void MakeInterrupts()
    {
        if (Options.Idle != IdlePolicy.Hybrid || Transport.InterruptVectors == 0) return;
        var first = Transport.InterruptVectors > AdminVectors ? AdminVectors : 0;
        var count = Math.Min(Math.Min(Cores.Count, _queueLimit), Transport.InterruptVectors - first);
        _interrupts = [.. Enumerable.Range(first, count).Select(vector => new InterruptLine(vector, WakeService, problem => LogProblem(Address, problem)))];
        if (!Transport.InterruptsStayAttached) return;
        foreach (var interrupt in _interrupts) interrupt.Want();
        ApplyInterrupts();
    }

    private InterruptLine? InterruptOf(int channel) => _interrupts.Length == 0 ? null : _interrupts[channel % _interrupts.Length];

    private void ApplyInterrupts()
    {
        foreach (var interrupt in _interrupts) Try(() => interrupt.Apply(Transport));
    }

    private void RestoreInterrupts()
    {
        foreach (var interrupt in _interrupts) Try(() => interrupt.Restore(Transport));
    }

    // Before anything that a transport may still signal is closed.
    private void DetachInterrupts()
    {
        foreach (var interrupt in _interrupts) Try(() => interrupt.Detach(Transport));
    }

    // Interrupts save a core's time; a controller without them works.
    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is NvmeSetupException or ObjectDisposedException)
        {
            // Disposed: the way to a controller that could not be stopped is closed already.
            LogProblem(Address, $"{e.Message} The queue is polled.");
        }
    }

    // A controller may have fewer vectors than its transport: then the queue is polled.
    private void CreateQueues(IoChannel channel)
    {
        if (channel.Interrupt is not { } interrupt)
        {
            CreateQueues(channel.Pair);
            return;
        }

        var status = TryCreateQueues(channel.Pair, (ushort)interrupt.Vector, out var opcode);
        if (status.IsSuccess) return;
        if (status.StatusCode != StatusCode.InvalidInterruptVector) throw Refused(opcode, channel.Pair, status);
        LogProblem(Address, $"the controller refuses interrupt vector {interrupt.Vector} for queue {channel.Pair.Id}: the queue is polled");
        OnReactor(channel, channel.GiveUpInterrupts);
        CreateQueues(channel.Pair);
    }
}
