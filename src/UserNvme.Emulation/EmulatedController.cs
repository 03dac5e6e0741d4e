using UserNvme.Emulation.AdminCommands;
using UserNvme.Emulation.Dma;
using UserNvme.Emulation.IoCommands;
using UserNvme.Emulation.Prp;
using UserNvme.Emulation.Queues;
using UserNvme.Emulation.Registers;
using UserNvme.Spec;

namespace UserNvme.Emulation;

/// <summary>
/// An NVMe controller in software (NVMe Base 2.0, NVM Command Set 1.0). It is a state machine that does nothing by itself: somebody calls
/// <see cref="Step"/>, see <see cref="EmulatedTransport"/>. It reaches memory through its <see cref="EmulatedDmaDomain"/> only, records
/// what the host does wrong and misbehaves when <see cref="Faults"/> says so. Thread-safe: one step runs at a time, and register access,
/// reset and unmapping wait for its end.
/// </summary>
public sealed unsafe class EmulatedController : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FaultLog _log = new();
    private readonly DoorbellPage _doorbells;
    private readonly InterruptVectorTable _interrupts;
    private readonly CancellationTokenSource _removed = new();
    private readonly long[] _doorbellWrites;
    private volatile int _visitors;
    private volatile bool _isGone;
    private bool _isBusMaster = true;
    private bool _isDisposed;

    /// <summary>Makes a controller as it is after power-on: disabled.</summary>
    /// <exception cref="NvmeSetupException">An option is wrong, or there is no memory or file for a namespace.</exception>
    public EmulatedController(EmulatedControllerOptions? options = null)
    {
        Options = options ?? new EmulatedControllerOptions();
        OptionsCheck.ThrowIfInvalid(Options);
        Domain = Options.Domain ?? new EmulatedDmaDomain();
        HasVolatileCache = Options.VolatileWriteCache ?? Options.Namespaces.Any(n => n.Backing == BackingKind.File);
        Time = new DeviceTime(Options.Clock);
        Faults = new FaultScript(this);
        Registers = new RegisterFile(Options);
        LifeCycle = new LifeCycle(this, Registers);
        Memory = new DeviceMemory(Domain);
        Data = new CommandData(Memory, _log);
        _interrupts = new InterruptVectorTable(Options.InterruptVectors ?? Options.MaxQueues + 1);
        _doorbells = new DoorbellPage(Options.MaxQueues + 1, Options.DoorbellStride);
        _doorbellWrites = new long[2 * _doorbells.Queues];
        Queues = new QueueSet(_doorbells);
        Namespaces = new NamespaceTable(Options);
        Io = new IoCommandSet(Data, Options, Namespaces, Statistics);
        Admin = new AdminCommandSet(this, Data);
        Engine = new CommandEngine(this);
        Domain.Attach(this);
    }

    /// <summary>What the controller was made from.</summary>
    public EmulatedControllerOptions Options { get; }

    /// <summary>The IOMMU in front of the controller.</summary>
    public EmulatedDmaDomain Domain { get; }

    /// <summary>How the controller misbehaves.</summary>
    public FaultScript Faults { get; }

    /// <summary>What the host did wrong so far; the first thousand.</summary>
    public IReadOnlyList<EmulatedFault> RecordedFaults => _log.ToList();

    /// <summary>How often the host did something wrong so far.</summary>
    public long RecordedFaultCount => _log.Count;

    /// <summary>Size of the register space in bytes: the registers, then the doorbells.</summary>
    public int RegisterSpaceLength => DoorbellPage.FirstOffset + _doorbells.Length;

    /// <summary>Number of interrupt vectors.</summary>
    public int InterruptVectors => _interrupts.Count;

    /// <summary>Cancelled when the device announces its removal.</summary>
    public CancellationToken Removed => _removed.Token;

    /// <summary>Whether the controller reports a volatile write cache.</summary>
    public bool HasVolatileCache { get; }

    /// <summary>The composite temperature in kelvin that the SMART log reports.</summary>
    public ushort Temperature { get; private set; } = 313;

    internal RegisterFile Registers { get; }

    internal LifeCycle LifeCycle { get; }

    internal DeviceTime Time { get; }

    internal DeviceMemory Memory { get; }

    internal CommandData Data { get; }

    internal QueueSet Queues { get; }

    internal NamespaceTable Namespaces { get; }

    internal IoStatistics Statistics { get; } = new();

    internal IoCommandSet Io { get; }

    internal AdminCommandSet Admin { get; }

    internal CommandEngine Engine { get; }

    internal bool IsTemperatureCritical =>
        Temperature >= Admin.Features.OverTemperature || Temperature <= Admin.Features.UnderTemperature;

    /// <summary>Somebody waits for the end of a step: who steps in a loop gives way.</summary>
    internal bool HasVisitor => _visitors != 0;

    /// <summary>The host may ring at any moment; else it writes a register first.</summary>
    internal bool IsRunning => LifeCycle.Phase is LifePhase.Running or LifePhase.Starting;

    /// <summary>The last step left work that could go on at once.</summary>
    internal bool HasMore => Engine.HasMore;

    internal int HeldCount
    {
        get
        {
            using var visit = new Visit(this);
            return Engine.HeldCount;
        }
    }

    /// <summary>Does a bounded amount of what there is to do: register changes, then commands.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Step() => StepRepeatedly(rounds: 1);

    /// <summary>Steps several times unless somebody waits for the end: the lock is taken once.</summary>
    /// <returns>Whether there was anything to do.</returns>
    internal bool StepRepeatedly(int rounds)
    {
        lock (_gate)
        {
            try
            {
                var worked = false;
                for (; rounds > 0 && !_isGone && !_isDisposed; rounds--)
                {
                    worked |= StepOnce();
                    if (HasVisitor) break;
                }

                return worked;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A fault of the emulator itself must not take the host down: it shows as a broken controller.
                Record(EmulatedFaultKind.InternalError, $"The emulator failed: {e}");
                LifeCycle.Fail();
                return false;
            }
        }
    }

    /// <summary>Reads a 32-bit register; all-ones where the device is gone.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 4, below <see cref="RegisterSpaceLength"/>.</param>
    public uint ReadRegister(int offset)
    {
        using var visit = new Visit(this);
        if (_isGone) return uint.MaxValue;
        if ((offset & 3) == 0 && offset >= 0 && offset < RegisterSpaceLength) return Registers.Read(offset);
        Record(EmulatedFaultKind.InvalidRegisterAccess, $"The register space was read at 0x{offset:x}, where there is no register.");
        return 0;
    }

    /// <summary>Writes a 32-bit register; what it sets off happens with the next step.</summary>
    /// <param name="offset">Offset in bytes, a multiple of 4, below <see cref="RegisterSpaceLength"/>.</param>
    /// <param name="value">The value.</param>
    public void WriteRegister(int offset, uint value)
    {
        if (offset >= DoorbellPage.FirstOffset)
        {
            RingDoorbell(offset, value);
            return;
        }

        using var visit = new Visit(this);
        if (_isGone) return;
        if ((offset & 3) != 0 || offset < 0)
            Record(EmulatedFaultKind.InvalidRegisterAccess, $"The register space was written at 0x{offset:x}, where there is no register.");
        else if (Registers.Write(offset, value) is { } wrong)
            Record(EmulatedFaultKind.InvalidRegisterWrite, $"0x{value:x8}: {wrong}.");
    }

    /// <summary>Writes a doorbell, and counts and checks it, which a store to shared memory does not.</summary>
    /// <param name="offset">Offset in the register space in bytes.</param>
    /// <param name="value">The new tail or head.</param>
    public void RingDoorbell(int offset, uint value)
    {
        if (_isGone) return;
        if (!_doorbells.TryFind(offset, out var id, out var completion)
            || (completion ? Queues.Completion(id) is null : Queues.Submission(id) is null))
        {
            using var visit = new Visit(this);
            InvalidDoorbellRegister(value, $"the doorbell at 0x{offset:x}, which belongs to no queue");
            return;
        }

        _doorbellWrites[2 * id + (completion ? 1 : 0)]++;
        DoorbellPage.Write(_doorbells.Register(id, completion), value);
    }

    /// <summary>Resets the function: when it returns the registers have their reset values and no DMA goes on.</summary>
    /// <exception cref="NvmeSetupException">The function cannot be reset, or a fault says so.</exception>
    public void ResetFunction()
    {
        using var visit = new Visit(this);
        if (!Options.CanReset || Faults.ResetFails)
            throw new NvmeSetupException(SetupProblem.DeviceFailed, "emulated:", "The emulated controller cannot be reset: close it and open it again.");
        LifeCycle.ResetFunction();
        _isBusMaster = true;
    }

    /// <summary>Switches bus mastering: when it returns with off, no DMA goes on and none starts.</summary>
    public void SetBusMaster(bool enabled)
    {
        using var visit = new Visit(this);
        _isBusMaster = enabled;
    }

    /// <summary>Attaches an eventfd to an interrupt vector, or detaches it with -1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such vector.</exception>
    public void SetInterrupt(int vector, int eventFileDescriptor)
    {
        using var visit = new Visit(this);
        _interrupts.Set(vector, eventFileDescriptor);
    }

    /// <summary>Changes the temperature that the SMART log reports; crossing a threshold is told as the host configured it.</summary>
    /// <param name="kelvin">The composite temperature in kelvin.</param>
    public void SetTemperature(ushort kelvin)
    {
        using var visit = new Visit(this);
        Temperature = kelvin;
        CheckTemperature();
    }

    /// <summary>What happened on a queue pair.</summary>
    public QueueCounters GetCounters(QueueId queue)
    {
        using var visit = new Visit(this);
        var id = queue.Value;
        if (id >= _doorbells.Queues) return default;
        return new QueueCounters(_doorbellWrites[2 * id], _doorbellWrites[2 * id + 1], Queues.Submission(id)?.Fetched ?? 0, Queues.Completion(id)?.Posted ?? 0);
    }

    /// <summary>Forgets the recorded faults.</summary>
    public void ClearRecordedFaults() => _log.Clear();

    /// <summary>Closes the namespaces. The host must have stopped the controller: nothing is stepped any more.</summary>
    public void Dispose()
    {
        using (new Visit(this))
        {
            if (_isDisposed) return;
            _isDisposed = _isGone = true;
            DropQueues();
            Namespaces.Dispose();
            _doorbells.Dispose();
            Memory.Dispose();
        }

        Domain.Detach(this);
        _removed.Dispose();
    }

    /// <summary>The doorbell in shared memory, or null where the offset has none.</summary>
    internal uint* DoorbellRegister(int offset) =>
        _doorbells.TryFind(offset, out var id, out var completion) ? _doorbells.Register(id, completion) : null;

    /// <summary>The doorbells as memory that another process can map.</summary>
    internal DoorbellPage Doorbells => _doorbells;

    /// <summary>Whether a delayed command is due that soon.</summary>
    internal bool IsDueWithin(TimeSpan time) => Time.IsWithin(Engine.NextTime, time);

    internal void WaitForEndOfStep()
    {
        using var visit = new Visit(this);
    }

    internal void CreateAdminQueues()
    {
        Data.PageSize = 4096UL << Registers.MemoryPageShift;
        CheckFreshDoorbell(0, completion: true);
        CheckFreshDoorbell(0, completion: false);
        Queues.AddCompletion(0, Registers.Acq, (int)(Registers.Aqa >> 16) + 1, vector: 0, interrupts: true);
        Queues.AddSubmission(0, Registers.Asq, (int)(Registers.Aqa & 0xFFF) + 1, Queues.Completion(0)!);
    }

    internal void DropQueues()
    {
        Engine.Reset();
        Queues.Clear();
        Admin.Reset();
    }

    internal void CheckTemperature()
    {
        const uint temperatureWanted = 2;
        if (IsTemperatureCritical && (Admin.Features.AsyncEvents & temperatureWanted) != 0)
            Admin.Events.Raise(AsyncEvents.TypeHealth, 1, 2);
    }

    internal void InvalidDoorbell(ushort queueId, bool completion, uint value)
    {
        Record(EmulatedFaultKind.InvalidDoorbellValue, $"{value} was written to the {(completion ? "head" : "tail")} doorbell of queue {queueId}, which it cannot be now.", queueId);
        Admin.Events.Raise(AsyncEvents.TypeError, 1, 1);
    }

    /// <summary>Sees that nobody stored to the doorbell of a queue that did not exist until now, which memory cannot refuse.</summary>
    internal void CheckFreshDoorbell(ushort queueId, bool completion)
    {
        if (Queues.Doorbell(queueId, completion).Initial is not 0 and var value)
            InvalidDoorbellRegister(value, $"the {(completion ? "head" : "tail")} doorbell of queue {queueId} while it did not exist");
    }

    internal void RingUnreachable(ushort queueId, ulong iova, ulong length, DmaDirection direction)
    {
        Data.Record(iova, length, direction, new QueueId(queueId), null);
        LifeCycle.Fail();
    }

    internal void Release(int count)
    {
        using var visit = new Visit(this);
        Engine.Release(count);
    }

    internal void FailNow()
    {
        using var visit = new Visit(this);
        LifeCycle.Fail();
    }

    internal void RemoveNow(bool announce)
    {
        using (new Visit(this))
            _isGone = true;
        if (announce)
            _removed.Cancel();
    }

    internal void LosePowerNow()
    {
        using var visit = new Visit(this);
        foreach (var item in Namespaces.Active)
            item.Backing.LosePower();
        LifeCycle.ResetFunction();
    }

    internal void Reconsider()
    {
        using var visit = new Visit(this);
        Registers.Changed = true;
    }

    private bool StepOnce()
    {
        Memory.Refresh();
        var worked = LifeCycle.Advance();
        if (LifeCycle.Phase != LifePhase.Running || !_isBusMaster) return worked;
        worked |= Engine.Serve();
        _interrupts.Fire(Queues.ActiveCompletion, Registers.InterruptMask);
        return worked;
    }

    private void InvalidDoorbellRegister(uint value, string where)
    {
        Record(EmulatedFaultKind.InvalidDoorbellRegister, $"{value} was written to {where}.");
        Admin.Events.Raise(AsyncEvents.TypeError, 0, 1);
    }

    private void Record(EmulatedFaultKind kind, string message, ushort queueId = 0) =>
        _log.Add(new EmulatedFault { Kind = kind, Message = message, Queue = new QueueId(queueId) });

    /// <summary>Waits for the end of the step and keeps the next one off; who steps in a loop sees it coming and gives way.</summary>
    private readonly ref struct Visit
    {
        private readonly EmulatedController _controller;

        public Visit(EmulatedController controller)
        {
            _controller = controller;
            Interlocked.Increment(ref controller._visitors);
            controller._gate.Enter();
        }

        public void Dispose()
        {
            _controller._gate.Exit();
            Interlocked.Decrement(ref _controller._visitors);
        }
    }
}
