using System.Globalization;
using Tmds.Linux;
using UserNvme.Interop;

namespace UserNvme.Emulation.Backing;

/// <summary>
/// Takes memory from the kernel at once, zeroed, in place of page by page as it is touched. In virtual machines a first touch may have to go to
/// the host, which takes some microseconds for each page.
/// </summary>
internal static unsafe class Population
{
    private const long Piece = 64L << 20;

    // Pages are zeroed at the speed of the memory, which few cores use up.
    private const int MostThreads = 4;

    /// <summary>Takes all pages of a mapping that nobody uses yet.</summary>
    /// <exception cref="NvmeSetupException">There is not so much memory.</exception>
    public static void Take(byte* start, long length)
    {
        // The kernel would promise more than there is, and then end a process to keep the promise.
        var available = Available();
        if (length > available)
            throw TooMuch(length, string.Create(CultureInfo.InvariantCulture, $"{available} bytes are available"));
        var next = 0L;
        var failed = 0;
        var threads = new Thread[(int)Math.Min(Math.Min(MostThreads, Environment.ProcessorCount), (length + Piece - 1) / Piece)];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(TakePieces) { Name = "emulated nvme memory", IsBackground = true };
            threads[i].Start();
        }

        foreach (var thread in threads)
            thread.Join();
        if (failed != 0)
            throw TooMuch(length, Errno.Describe(failed));

        void TakePieces()
        {
            long at;
            while (failed == 0 && (at = Interlocked.Add(ref next, Piece) - Piece) < length)
            {
                if (TakePiece(start + at, Math.Min(Piece, length - at)) is not 0 and var error)
                    failed = error;
            }
        }
    }

    private static int TakePiece(byte* start, long length)
    {
        int error;
        do
            error = LibC.madvise(start, (size_t)(ulong)length, MemoryCalls.MADV_POPULATE_WRITE) == 0 ? 0 : Errno.Last;
        while (error is Errno.EINTR or Errno.EAGAIN);
        if (error != Errno.EINVAL)
            return error;
        // Linux before 5.14.
        for (var at = 0L; at < length; at += Environment.SystemPageSize)
            start[at] = 0;
        return 0;
    }

    // Of the machine, or of the container where that has less.
    private static long Available()
    {
        const string Name = "MemAvailable:";
        var line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        var kibibytes = long.Parse(line.AsSpan(Name.Length).Trim(" kB"), NumberStyles.None, CultureInfo.InvariantCulture);
        return Math.Min(kibibytes << 10, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    private static NvmeSetupException TooMuch(long length, string why) => new(SetupProblem.NoMemory, "emulated:", string.Create(CultureInfo.InvariantCulture,
        $"The {length} bytes of an emulated namespace cannot be taken at once ({why}): use a smaller size, or leave populate=on out, and they are taken as they are written."));
}
