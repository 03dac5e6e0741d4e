using System.Buffers.Binary;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class ConcurrencyTests
{
    [Theory]
    [InlineData(EmulatedHostKind.Inline)]
    [InlineData(EmulatedHostKind.Thread)]
    public void Queues_of_several_threads_do_not_disturb_each_other(EmulatedHostKind host)
    {
        const int threads = 4;
        using var driver = new RawDriver(host: host);
        driver.Enable();
        var pairs = Enumerable.Range(1, threads).Select(id => driver.CreateIoPair((ushort)id, entries: 16)).ToArray();
        var buffers = pairs.Select(_ => driver.Memory.Allocate(8192)).ToArray();
        var errors = new Exception?[threads];

        var workers = Enumerable.Range(0, threads).Select(i => new Thread(() => errors[i] = Record.Exception(() => Work(pairs[i], buffers[i], i)))).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();

        Assert.All(errors, Assert.Null);
        driver.AssertNoFaults();
    }

    private static void Work(RawQueuePair pair, RawBuffer buffer, int thread)
    {
        var random = new Random(thread);
        var expected = new int[256];
        for (var round = 1; round <= 1500; round++)
        {
            var block = random.Next(expected.Length);
            var lba = (ulong)(thread * expected.Length + block);
            BinaryPrimitives.WriteInt32LittleEndian(buffer.Span, round);
            expected[block] = round;
            pair.Put(RawDriver.Io(NvmOpcode.Write, lba, 1, buffer.Slice(0, 512)));
            pair.Put(RawDriver.Io(NvmOpcode.Flush, 0, 1));
            pair.Ring();
            RawDriver.AssertSuccess(pair.Take());
            RawDriver.AssertSuccess(pair.Take());

            var other = random.Next(expected.Length);
            RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, (ulong)(thread * expected.Length + other), 1, buffer.Slice(4096, 512))));
            Assert.Equal(expected[other], BinaryPrimitives.ReadInt32LittleEndian(buffer.Span[4096..]));
        }
    }
}
