using UserNvme.Controllers;
using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Queues;
using UserNvme.Spec;
using UserNvme.Transports;

namespace UserNvme.Tests.Emulated;

/// <summary>A controller that obeys nothing at all, held open by a queue pair: its memory is lost rather than used again.</summary>
public class UnstoppableTests
{
    [Fact]
    public async Task Memory_that_a_controller_may_still_write_to_is_never_used_again()
    {
        var registers = await KeptAsync(shadowDoorbells: false);
        var shadows = await KeptAsync(shadowDoorbells: true);

        Assert.True(registers >= 4096, "the buffer and the rings stay out of use");
        Assert.Equal(2 * 4096, shadows - registers);
    }

    [Fact]
    public async Task Rings_that_a_controller_may_still_come_to_know_are_never_used_again()
    {
        using var heap = new DmaHeap();
        using var emulated = EmulatedTransport.Start(TestBench.SoonReady());
        var faults = emulated.Controller.Faults;
        var options = TestBench.Impatient();
        options.Heap = heap;
        var driver = await NvmeController.OpenAsync(new Stubborn(emulated), options);

        var kept = await Task.Factory.StartNew(() =>
        {
            using var open = driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
            faults.Add(CommandMatch.AdminCommand(AdminOpcode.CreateIoSubmissionQueue), FaultAction.Hold);
            faults.Ready = StuckReady.AtOne;
            var before = heap.RentedBytes;
            Assert.Throws<NvmeSetupException>(() => driver.CreateQueuePair<int, Recorder>(3, new Recorder([])));
            return heap.RentedBytes - before;
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await driver.DisposeAsync();

        Assert.True(kept >= 2 * 4096, $"{kept} bytes of the rings stay out of use");
    }

    private static async Task<long> KeptAsync(bool shadowDoorbells)
    {
        using var heap = new DmaHeap();
        using var emulated = EmulatedTransport.Start(TestBench.SoonReady() with { ShadowDoorbells = shadowDoorbells });
        var faults = emulated.Controller.Faults;
        var options = TestBench.Impatient();
        options.Heap = heap;
        var driver = await NvmeController.OpenAsync(new Stubborn(emulated), options);
        faults.Add(CommandMatch.Io(NvmOpcode.Read), FaultAction.Hold);
        faults.Ready = StuckReady.AtOne;

        var (abandoned, leases) = await Task.Factory.StartNew(() =>
        {
            var pair = driver.CreateQueuePair<int, Recorder>(3, new Recorder([]));
            var buffer = heap.Rent(4096);
            pair.TrySubmit(NvmCommands.Read(new(1), default, 8), buffer, 0, 4096, 5);
            while (pair.InFlight != 0) pair.Poll();
            ((IDisposable)buffer).Dispose();
            pair.Dispose();
            return (pair.Handler.Abandoned.ToArray(), buffer.Leases);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var rented = heap.RentedBytes;
        await driver.DisposeAsync();

        Assert.Equal([5], abandoned);
        Assert.Equal(1, leases);
        Assert.True(rented >= 4096);
        return heap.RentedBytes;
    }

    private readonly struct Recorder(List<int> abandoned) : ICompletionHandler<int>
    {
        public List<int> Abandoned => abandoned;

        public void OnCompletion(in CompletionEntry completion, int state)
        {
        }

        public void OnAbandoned(int state) => abandoned.Add(state);
    }

    private sealed class Stubborn(EmulatedTransport inner) : NvmeTransport
    {
        public override string Address => inner.Address;

        public override ushort VendorId => 0;

        public override ushort DeviceId => 0;

        public override IDmaDomain Domain => inner.Domain;

        public override int RegisterSpaceLength => inner.RegisterSpaceLength;

        public override bool CanReset => false;

        public override uint Read32(int offset) => inner.Read32(offset);

        public override void Write32(int offset, uint value) => inner.Write32(offset, value);

        public override Doorbell GetDoorbell(int offset) => inner.GetDoorbell(offset);

        public override void Reset() => throw Refusal();

        public override void SetBusMaster(bool enabled) => throw Refusal();

        protected override void Dispose(bool disposing)
        {
        }

        private static NvmeSetupException Refusal() => new(SetupProblem.DeviceFailed, "", "It obeys nothing.");
    }
}
