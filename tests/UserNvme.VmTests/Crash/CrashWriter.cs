using UserNvme.Block;
using UserNvme.Controllers;
using UserNvme.Spec;
using UserNvme.VmTests.Data;

namespace UserNvme.VmTests.Crash;

/// <summary>
/// A process that keeps 128 writes in flight until it is killed, and says of each one that it was acknowledged: a line with its writer
/// and its number.
/// </summary>
public static class CrashWriter
{
    public const string Verb = "crash-writer";
    public const int Writers = 128;

    /// <summary>The extents of one writer follow each other in a part of the disk of its own, and start again when it is full.</summary>
    public static Extent ExtentOf(int writer, int number) => new((long)writer * (8 << 20) + (long)number % 1024 * 8192, 4096 + number % 2 * 4096, ((ulong)writer << 32) + (uint)number);

    public static async Task<int> RunAsync(string address)
    {
        await using var controller = await NvmeController.OpenAsync(address);
        var device = NvmeBlockDevice.Open(controller, new NamespaceId(1));
        using var acknowledged = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteForEverAsync(device, writer, acknowledged)));
        return 0;
    }

    private static async Task WriteForEverAsync(NvmeBlockDevice device, int writer, Stream acknowledged)
    {
        using var buffer = device.RentBuffer(8192);
        for (var number = 0; ; number++)
        {
            var extent = ExtentOf(writer, number);
            var memory = buffer.Memory[..extent.Length];
            extent.Fill(memory.Span);
            await device.WriteAsync(memory, extent.Offset);

            // One system call for one line: what the parent reads is whole also after a kill.
            var line = System.Text.Encoding.ASCII.GetBytes($"{writer} {number}\n");
            acknowledged.Write(line);
        }
    }
}
