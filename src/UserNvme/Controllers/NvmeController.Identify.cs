using System.Diagnostics;
using UserNvme.Memory;
using UserNvme.Spec;

namespace UserNvme.Controllers;

/// <content>Admin commands that the service thread runs itself, one after the other, and what it learns by them of the namespaces.</content>
public sealed partial class NvmeController
{
    // NSIDs are 32 bits, a list has 1024 of them, and no device has more than this: what says so is lying.
    private const int MaxNamespaces = 64 * 1024;

    /// <summary>Runs an admin command on the service thread and waits for it, looking at the device all the while.</summary>
    private CompletionEntry Execute(in SubmissionEntry command, DmaBuffer? buffer = null)
    {
        var request = new AdminRequest(command, buffer, buffer?.Length ?? 0);
        var started = Stopwatch.GetTimestamp();
        var submitted = false;
        for (var spins = 0; !request.Completion.IsCompleted;)
        {
            var over = Stopwatch.GetElapsedTime(started) > Options.CommandTimeout;
            if (!submitted) submitted = _admin.TrySubmitNow(request);
            _admin.Poll();
            if (request.Completion.IsCompleted) break;
            _openToken.ThrowIfCancellationRequested();
            var status = _registers.Status;
            if (status.IsGone) throw Failed("its registers read all-ones");
            if (status.Cfs) throw Failed($"it reports a fatal status (CSTS.CFS) during {(AdminOpcode)command.Opcode}");
            if (over) throw Failed($"it did not answer {(AdminOpcode)command.Opcode} within {Options.CommandTimeout.TotalSeconds:0.#} s");
            _registers.Pause(ref spins);
        }

        return request.Completion.GetAwaiter().GetResult();
    }

    private void ExecuteChecked(in SubmissionEntry command)
    {
        var completion = Execute(in command);
        if (!completion.Status.IsSuccess) throw Failed($"{(AdminOpcode)command.Opcode} failed with {completion.Status}");
    }

    private byte[] Identify(IdentifyCns cns, NamespaceId id = default)
    {
        var command = AdminCommands.Identify(cns, id);
        return TryIdentify(in command, out var status) ?? throw Failed($"Identify ({cns}) failed with {status}");
    }

    private byte[]? TryIdentify(in SubmissionEntry command, out NvmeStatus status)
    {
        using var buffer = Heap.Rent(AdminCommands.IdentifyLength, PageSize);
        buffer.Memory.Span.Clear();
        status = Execute(in command, buffer).Status;
        // One copy, of which everything is read: the device cannot change it afterwards (rule 2).
        return status.IsSuccess ? buffer.Memory[..AdminCommands.IdentifyLength].ToArray() : null;
    }

    private void ScanNamespaces()
    {
        var found = new List<NvmeNamespace>();
        foreach (var id in ActiveNamespaces())
        {
            var command = AdminCommands.Identify(IdentifyCns.Namespace, id);
            var data = TryIdentify(in command, out var status);
            if (data is null)
                LogProblem(Address, $"namespace {id} is left out: Identify failed with {status}");
            else
                found.Add(Examine(id, data));
        }

        Namespaces = found;
    }

    // Block devices that are open keep their block size and limits: with others, commands would move more than their memory holds.
    private void CheckUnchanged(in IdentifyController identity, IReadOnlyList<NvmeNamespace> namespaces, int maxTransferBytes)
    {
        if (identity.SerialNumber != Identity.SerialNumber)
            throw Failed($"it is another one than before the reset (serial {Identity.SerialNumber}, not {identity.SerialNumber})");
        if (maxTransferBytes != MaxTransferBytes)
            throw Failed($"its longest transfer is {MaxTransferBytes} bytes after the reset and was {maxTransferBytes}");
        foreach (var before in namespaces)
        {
            var now = Namespaces.FirstOrDefault(n => n.Id == before.Id);
            if (now is null || !now.IsSameAs(before))
                throw Failed($"namespace {before.Id} is not what it was before the reset, so open it anew");
        }
    }

    private IEnumerable<NamespaceId> ActiveNamespaces()
    {
        var all = new List<NamespaceId>();
        // NSIDs are sparse: the list tells, not NN (trap P31). Before 1.1 there was no list.
        if (Version < new NvmeVersion(1, 1, 0)) return Enumerable.Range(1, (int)Math.Min(Identity.Nn, MaxNamespaces)).Select(n => new NamespaceId((uint)n));
        var after = NamespaceId.None;
        while (all.Count < MaxNamespaces)
        {
            if (!NamespaceList.TryParse(Identify(IdentifyCns.ActiveNamespaceList, after), after, out var page))
                throw Failed("its list of active namespaces is not ascending");
            all.AddRange(page);
            if (page.Length < NamespaceList.MaxCount) return all;
            after = page[^1];
        }

        throw Failed($"it lists more than {MaxNamespaces} active namespaces");
    }

    // Rule 9: what would be read or written wrongly is refused, with the reason.
    private NvmeNamespace Examine(NamespaceId id, byte[] data)
    {
        var identity = IdentifyNamespace.Parse(data);
        var usable = identity.TryGetFormat(out var format, out var blockSize);
        return new NvmeNamespace(id, data, Refusal(), usable ? blockSize : 0);

        string? Refusal()
        {
            if (CommandSetOf(id) is { } set && set != CommandSetIdentifier.Nvm) return $"its command set is {set}, and only NVM is supported";
            if (!usable) return $"it names no usable LBA format (FLBAS 0x{identity.Flbas:x2}, LBADS {format.Lbads})";
            if (identity.ProtectionType != 0) return $"it is formatted with protection information type {identity.ProtectionType}";
            if (format.Ms != 0) return $"it is formatted with {format.Ms} bytes of metadata per block";
            if (blockSize > MaxTransferBytes) return $"its blocks of {blockSize} bytes are longer than the longest transfer, {MaxTransferBytes} bytes";
            if (identity.Nsze == 0) return "it has no blocks";
            if (identity.Nsze > (ulong)(long.MaxValue / blockSize)) return $"it says that it has {identity.Nsze} blocks, which cannot be";
            return null;
        }
    }

    private CommandSetIdentifier? CommandSetOf(NamespaceId id)
    {
        if (Version < new NvmeVersion(1, 3, 0)) return null;
        var command = AdminCommands.Identify(IdentifyCns.NamespaceDescriptors, id);
        var data = TryIdentify(in command, out _);
        return data is not null && NamespaceDescriptors.TryParse(data, out var descriptors) ? descriptors!.CommandSet : null;
    }
}
