using Tmds.Linux;
using UserNvme.Emulation;
using UserNvme.Emulation.Backing;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public sealed class BackingTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_file_keeps_its_data_over_a_restart_and_tells_its_size()
    {
        using (var driver = new RawDriver(EmulatedTransport.Open($"?host=inline&size=1M&file={_file}")))
            Write(driver, 5, 0x77, forceUnitAccess: true);
        using (var driver = new RawDriver(EmulatedTransport.Open($"?host=inline&file={_file}")))
        {
            Assert.Equal(1L << 20, driver.Controller.Options.Namespaces[0].Size);
            Assert.Equal(0x77, Read(driver, 5));
            Assert.Equal(0, Read(driver, 6));
        }
    }

    [Fact]
    public void A_file_of_another_size_is_refused_and_stays_as_it_is()
    {
        File.WriteAllBytes(_file, new byte[4096]);

        var error = Assert.Throws<NvmeSetupException>(() => EmulatedTransport.Open($"?size=1M&file={_file}"));

        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
        Assert.Equal(4096, new FileInfo(_file).Length);
    }

    [Fact]
    public void A_file_has_one_controller_at_a_time()
    {
        using var first = EmulatedTransport.Open($"?size=1M&file={_file}");

        var error = Assert.Throws<NvmeSetupException>(() => EmulatedTransport.Open($"?file={_file}"));

        Assert.Equal(SetupProblem.HeldByProcess, error.Problem);
    }

    [Fact]
    public void A_file_that_became_shorter_is_a_read_error_and_not_a_crash()
    {
        using var driver = new RawDriver(EmulatedTransport.Open($"?host=inline&size=1M&file={_file}"));
        var pair = driver.Enable().CreateIoPair();
        Shorten(_file);

        var completion = pair.Run(RawDriver.Io(NvmOpcode.Read, 100, 1, driver.Memory.Allocate(512)));

        Assert.Equal(0x281, completion.Status.TypeAndCode);
    }

    [Fact]
    public void A_namespace_of_a_tebibyte_in_memory_takes_only_what_is_written()
    {
        using var driver = new RawDriver(EmulatedTransport.Open("?host=inline&size=1T"));

        Write(driver, (1UL << 31) - 1, 0x11, forceUnitAccess: false);

        Assert.Equal(0x11, Read(driver, (1UL << 31) - 1));
    }

    [Fact]
    public void Memory_that_is_to_be_taken_at_once_is_there_before_the_first_command()
    {
        const long Size = 512L << 20;
        var before = Environment.WorkingSet;
        using var lazy = EmulatedTransport.Open($"?host=inline&size={Size}");
        var between = Environment.WorkingSet;
        using var driver = new RawDriver(EmulatedTransport.Open($"?host=inline&size={Size}&populate=on"));
        var after = Environment.WorkingSet;

        // What tests beside this one take and give back meanwhile is less.
        Assert.InRange(between - before, -Size / 2, Size / 2);
        Assert.InRange(after - between, Size / 2, 2 * Size);
        Assert.Equal(0, Read(driver, (Size / 512) - 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData((64 << 20) + 4096)]
    [InlineData(200_000_000)]
    public unsafe void Every_page_of_a_range_is_taken(int length)
    {
        var memory = (byte*)LibC.mmap(null, (size_t)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        var pages = new byte[(length + 4095) / 4096];

        Population.Take(memory, length);

        fixed (byte* first = pages) Assert.Equal(0, LibC.mincore(memory, (size_t)length, first));
        _ = LibC.munmap(memory, (size_t)length);
        Assert.All(pages, page => Assert.Equal(1, page & 1));
    }

    [Fact]
    public void More_memory_than_there_is_is_refused_and_not_taken()
    {
        var error = Assert.Throws<NvmeSetupException>(() => EmulatedTransport.Open("?size=16T&populate=on"));

        Assert.Equal(SetupProblem.NoMemory, error.Problem);
        Assert.Contains("leave populate=on out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_power_loss_takes_what_was_not_flushed_and_nothing_else()
    {
        using var driver = new RawDriver(EmulatedTransport.Open("?host=inline&size=1M&write-cache=on"));
        Write(driver, 0, 1, forceUnitAccess: false);
        Write(driver, 100, 1, forceUnitAccess: false);
        RawDriver.AssertSuccess(Pair(driver).Run(RawDriver.Io(NvmOpcode.Flush, 0, 1)));
        Write(driver, 0, 2, forceUnitAccess: false);
        Write(driver, 1, 3, forceUnitAccess: true);
        Write(driver, 100, 2, forceUnitAccess: true);

        driver.Controller.Faults.LosePower();
        var status = driver.Transport.Read32(RawDriver.Csts);

        Assert.Equal(0u, status);
        Assert.Equal(1, Read(driver, 0));
        Assert.Equal(3, Read(driver, 1));
        Assert.Equal(2, Read(driver, 100));
    }

    [Fact]
    public void With_the_write_cache_switched_off_a_power_loss_takes_nothing()
    {
        using var driver = new RawDriver(EmulatedTransport.Open("?host=inline&size=1M&write-cache=on"));
        var pair = Pair(driver);
        RawDriver.AssertSuccess(driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.SetFeatures, Cdw10 = 6, Cdw11 = 0 }));
        var buffer = driver.Memory.Allocate(512);
        buffer.Span.Fill(9);
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Write, 3, 1, buffer)));

        driver.Controller.Faults.LosePower();

        Assert.Equal(9, Read(driver, 3));
    }

    private static void Shorten(string path)
    {
        // As another program would, which does not ask for the advisory lock.
        using var process = System.Diagnostics.Process.Start("truncate", ["-s", "4096", path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static RawQueuePair Pair(RawDriver driver)
    {
        if ((driver.Transport.Read32(RawDriver.Csts) & 1) != 0)
            driver.Disable();
        return driver.Enable().CreateIoPair();
    }

    private static void Write(RawDriver driver, ulong lba, byte value, bool forceUnitAccess)
    {
        var buffer = driver.Memory.Allocate(512);
        buffer.Span.Fill(value);
        var command = RawDriver.Io(NvmOpcode.Write, lba, 1, buffer);
        command.Cdw12 |= forceUnitAccess ? 1u << 30 : 0;
        RawDriver.AssertSuccess(Pair(driver).Run(command));
    }

    private static int Read(RawDriver driver, ulong lba)
    {
        var buffer = driver.Memory.Allocate(512);
        buffer.Span.Fill(0xEE);
        RawDriver.AssertSuccess(Pair(driver).Run(RawDriver.Io(NvmOpcode.Read, lba, 1, buffer)));
        Assert.False(buffer.Span.ContainsAnyExcept(buffer.Span[0]));
        return buffer.Span[0];
    }
}
