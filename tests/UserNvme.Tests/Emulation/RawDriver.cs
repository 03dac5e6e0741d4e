using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

/// <summary>
/// The smallest driver there can be, written against the specification alone, so that the emulated controller is tested without the
/// driver that it is to test.
/// </summary>
internal sealed class RawDriver : IDisposable
{
    public const int Cc = 0x14;
    public const int Csts = 0x1C;
    public const int Aqa = 0x24;
    public const int Asq = 0x28;
    public const int Acq = 0x30;
    public const uint EnableValue = 0x0046_0001; // IOCQES 4, IOSQES 6, EN

    private readonly int _stride;

    public RawDriver(EmulatedControllerOptions? options = null, EmulatedHostKind host = EmulatedHostKind.Inline)
        : this(EmulatedTransport.Start(options ?? new EmulatedControllerOptions { Namespaces = [new EmulatedNamespaceOptions { Size = 16 << 20 }] }, host))
    {
    }

    public RawDriver(EmulatedTransport transport)
    {
        Transport = transport;
        _stride = (int)(transport.Read64(0) >> 32) & 0xF;
        Memory = new RawMemory(transport.Domain);
        Admin = MakePair(0, 32, 32);
    }

    public EmulatedTransport Transport { get; }

    public EmulatedController Controller => Transport.Controller;

    public RawMemory Memory { get; }

    public RawQueuePair Admin { get; private set; }

    public RawQueuePair MakePair(ushort id, int submissionEntries, int completionEntries) =>
        new(Transport, id, Memory.Allocate(submissionEntries * 64), Memory.Allocate(completionEntries * 16), _stride);

    public RawDriver Enable(uint configuration = EnableValue)
    {
        Admin = MakePair(0, 32, 32);
        Transport.Write32(Aqa, (uint)(Admin.Size - 1) | ((uint)(Admin.CompletionSize - 1) << 16));
        Transport.Write64(Asq, Admin.Submission.Iova);
        Transport.Write64(Acq, Admin.Completion.Iova);
        Transport.Write32(Cc, configuration);
        WaitForReady(1);
        return this;
    }

    public void Disable()
    {
        Transport.Write32(Cc, EnableValue & ~1u);
        WaitForReady(0);
    }

    public void WaitForReady(uint ready)
    {
        var start = Environment.TickCount64;
        while ((Transport.Read32(Csts) & 1) != ready)
        {
            if (Environment.TickCount64 - start > 10_000 || (Transport.Read32(Csts) & 2) != 0)
                throw new TimeoutException($"CSTS is 0x{Transport.Read32(Csts):x}.");
            Thread.Yield();
        }
    }

    public RawQueuePair CreateIoPair(ushort id = 1, int entries = 64)
    {
        var pair = MakePair(id, entries, entries);
        AssertSuccess(Admin.Run(CreateCompletion(pair)));
        AssertSuccess(Admin.Run(CreateSubmission(pair)));
        return pair;
    }

    public static SubmissionEntry CreateCompletion(RawQueuePair pair, uint flags = 1) => new()
    {
        Opcode = (byte)AdminOpcode.CreateIoCompletionQueue,
        Prp1 = pair.Completion.Iova,
        Cdw10 = pair.Id | ((uint)(pair.CompletionSize - 1) << 16),
        Cdw11 = flags,
    };

    public static SubmissionEntry CreateSubmission(RawQueuePair pair, uint flags = 1) => new()
    {
        Opcode = (byte)AdminOpcode.CreateIoSubmissionQueue,
        Prp1 = pair.Submission.Iova,
        Cdw10 = pair.Id | ((uint)(pair.Size - 1) << 16),
        Cdw11 = flags | ((uint)pair.Id << 16),
    };

    public static SubmissionEntry Delete(AdminOpcode opcode, ushort id) => new() { Opcode = (byte)opcode, Cdw10 = id };

    public RawBuffer Identify(uint cns, uint namespaceId = 0)
    {
        var buffer = Memory.Allocate(4096);
        AssertSuccess(Admin.Run(IdentifyCommand(cns, namespaceId, buffer)));
        return buffer;
    }

    public static SubmissionEntry IdentifyCommand(uint cns, uint namespaceId, RawBuffer buffer) =>
        new() { Opcode = (byte)AdminOpcode.Identify, NamespaceId = namespaceId, Prp1 = buffer.Iova, Cdw10 = cns };

    public static SubmissionEntry Io(NvmOpcode opcode, ulong lba, int blocks, RawBuffer buffer = default, uint namespaceId = 1) => new()
    {
        Opcode = (byte)opcode,
        NamespaceId = namespaceId,
        Prp1 = buffer.Iova,
        Prp2 = buffer.Length > 4096 ? buffer.Iova + 4096 : 0,
        Cdw10 = (uint)lba,
        Cdw11 = (uint)(lba >> 32),
        Cdw12 = (uint)(blocks - 1),
    };

    public static void AssertSuccess(CompletionEntry completion) =>
        Assert.True(completion.Status.IsSuccess, $"Status 0x{completion.Status.TypeAndCode:x}");

    public void AssertNoFaults() => Assert.Empty(Controller.RecordedFaults);

    public void Dispose()
    {
        Transport.Dispose();
        Memory.Dispose();
    }
}
