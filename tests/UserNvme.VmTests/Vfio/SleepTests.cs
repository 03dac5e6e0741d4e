using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using UserNvme.Controllers;
using UserNvme.Queues;
using UserNvme.VmTests.Data;
using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Vfio;

/// <summary>A reactor sleeps while the device works, and the device's own interrupt wakes it.</summary>
public class SleepTests
{
    private const int Enough = 20;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Reads_wake_the_reactor_by_MSI_X_before_and_after_a_reset_and_no_interrupt_is_lost()
    {
        var warnings = new Warnings();
        await using var session = await Session.OpenAsync(GuestController.Data512, new NvmeControllerOptions { LoggerFactory = warnings });

        Assert.InRange(await InterruptsOfReadsAsync(session), Enough, long.MaxValue);
        await session.Controller.ResetAsync();
        Assert.InRange(await InterruptsOfReadsAsync(session), Enough, long.MaxValue);

        Assert.True(session.Controller.Channels[0].MaySleep);
        Assert.DoesNotContain(warnings.Lines, line => line.Contains("did not fire", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reactor_that_only_polls_has_no_interrupt()
    {
        await using var session = await Session.OpenAsync(GuestController.Data512, new NvmeControllerOptions { Idle = IdlePolicy.Poll });
        using var buffer = session.Device.RentBuffer(session.Device.Info.MaxTransferBytes);

        for (var i = 0; i < Enough; i++) await session.Device.ReadAsync(buffer.Memory[..session.Device.Info.MaxTransferBytes], 0);

        Assert.DoesNotContain("vfio-msix", File.ReadAllText("/proc/interrupts"), StringComparison.Ordinal);
    }

    // The longest reads, which take the longest, until enough interrupts have come for them or the time is over.
    private static async Task<long> InterruptsOfReadsAsync(Session session)
    {
        var length = session.Device.Info.MaxTransferBytes;
        using var buffer = session.Device.RentBuffer(length);
        var started = Stopwatch.GetTimestamp();
        long first = -1;
        while (true)
        {
            await session.Device.ReadAsync(buffer.Memory[..length], 0);
            var count = Count(session.Controller.Channels[0]) ?? first;
            if (first < 0) first = count;
            if (count - first >= Enough || Stopwatch.GetElapsedTime(started) > s_limit) return count - first;
        }
    }

    // As the kernel counts them; null while the vector is not attached.
    private static long? Count(IoChannel channel)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"vfio-msix[{channel.Interrupt?.Vector}]({GuestController.Data512.Address})");
        var line = File.ReadLines("/proc/interrupts").FirstOrDefault(line => line.Contains(name, StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).TakeWhile(IsNumber).Sum(word => long.Parse(word, CultureInfo.InvariantCulture));

        static bool IsNumber(string word) => word.All(char.IsAsciiDigit);
    }

    private sealed class Warnings : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
