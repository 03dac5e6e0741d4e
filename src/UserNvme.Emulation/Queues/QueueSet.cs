using UserNvme.Spec;

namespace UserNvme.Emulation.Queues;

/// <summary>The queues that exist, by identifier; the submission queues also in a dense list for the arbiter.</summary>
internal sealed unsafe class QueueSet(DoorbellPage doorbells)
{
    private readonly DeviceSubmissionQueue?[] _submission = new DeviceSubmissionQueue?[doorbells.Queues];
    private readonly DeviceCompletionQueue?[] _completion = new DeviceCompletionQueue?[doorbells.Queues];
    private DeviceSubmissionQueue[] _activeSubmission = [];
    private DeviceCompletionQueue[] _activeCompletion = [];

    /// <summary>The submission queues that exist.</summary>
    public DeviceSubmissionQueue[] ActiveSubmission => _activeSubmission;

    /// <summary>The completion queues that exist.</summary>
    public DeviceCompletionQueue[] ActiveCompletion => _activeCompletion;

    /// <summary>Where the shadows of the doorbells are, if there are any.</summary>
    public ShadowPages Shadows { get; } = new();

    /// <summary>Whether any I/O queue exists.</summary>
    public bool AnyIoQueue => _completion.AsSpan(1).ContainsAnyExcept((DeviceCompletionQueue?)null);

    /// <summary>The submission queue with an identifier, or null.</summary>
    public DeviceSubmissionQueue? Submission(int id) => (uint)id < (uint)_submission.Length ? _submission[id] : null;

    /// <summary>The completion queue with an identifier, or null.</summary>
    public DeviceCompletionQueue? Completion(int id) => (uint)id < (uint)_completion.Length ? _completion[id] : null;

    /// <summary>The doorbell of a queue, which need not exist yet.</summary>
    public DeviceDoorbell Doorbell(ushort id, bool completion)
    {
        var place = doorbells.OffsetOf(id, completion);
        return new DeviceDoorbell(doorbells.Register(id, completion), id != 0 && (ulong)place < Shadows.Length ? Shadows : null, (int)place);
    }

    /// <summary>Makes a completion queue; its doorbell starts at 0.</summary>
    public void AddCompletion(ushort id, ulong iova, int size, int vector, bool interrupts)
    {
        DoorbellPage.Write(doorbells.Register(id, completion: true), 0);
        _completion[id] = new DeviceCompletionQueue(id, iova, size, vector, interrupts, Doorbell(id, completion: true));
        Rebuild();
    }

    /// <summary>Makes a submission queue; its doorbell starts at 0.</summary>
    public void AddSubmission(ushort id, ulong iova, int size, DeviceCompletionQueue completions)
    {
        DoorbellPage.Write(doorbells.Register(id, completion: false), 0);
        completions.SubmissionQueues++;
        _submission[id] = new DeviceSubmissionQueue(id, iova, size, completions, Doorbell(id, completion: false));
        Rebuild();
    }

    /// <summary>Removes a submission queue.</summary>
    public void RemoveSubmission(DeviceSubmissionQueue queue)
    {
        queue.IsAlive = false;
        queue.Completions.SubmissionQueues--;
        DoorbellPage.Write(doorbells.Register(queue.Id, completion: false), 0);
        _submission[queue.Id] = null;
        Rebuild();
    }

    /// <summary>Removes a completion queue.</summary>
    public void RemoveCompletion(DeviceCompletionQueue queue)
    {
        DoorbellPage.Write(doorbells.Register(queue.Id, completion: true), 0);
        _completion[queue.Id] = null;
        Rebuild();
    }

    /// <summary>Removes all, the shadows too.</summary>
    public void Clear()
    {
        foreach (var queue in _activeSubmission)
            queue.IsAlive = false;
        Array.Clear(_submission);
        Array.Clear(_completion);
        doorbells.Clear();
        Shadows.Set(0, 0, 0);
        Rebuild();
    }

    private void Rebuild()
    {
        _activeSubmission = [.. _submission.OfType<DeviceSubmissionQueue>()];
        _activeCompletion = [.. _completion.OfType<DeviceCompletionQueue>()];
    }
}
