using System.Buffers.Binary;
using UserNvme.Emulation;
using UserNvme.Spec;

namespace UserNvme.Tests.Emulation;

public class AdminCommandTests
{
    private const int InvalidOpcode = 0x001;
    private const int InvalidField = 0x002;
    private const int AbortRequested = 0x007;
    private const int InvalidNamespace = 0x00B;
    private const int AsyncEventLimitExceeded = 0x105;
    private const int InvalidLogPage = 0x109;
    private const int FeatureNotSaveable = 0x10D;

    private static readonly EmulatedControllerOptions s_sparse = new()
    {
        Namespaces = [new EmulatedNamespaceOptions { Id = 2, Size = 1 << 20 }, new EmulatedNamespaceOptions { Id = 5, Size = 2 << 20, BlockSize = 4096 }],
    };

    [Theory]
    [InlineData(0x00u, 0u, InvalidNamespace)]
    [InlineData(0x00u, 6u, InvalidNamespace)]
    [InlineData(0x00u, 0xFFFF_FFFFu, InvalidNamespace)]
    [InlineData(0x03u, 9u, InvalidNamespace)]
    [InlineData(0x02u, 0xFFFF_FFFEu, InvalidNamespace)]
    [InlineData(0x20u, 0u, InvalidField)]
    [InlineData(0x05u, 2u, 0)]
    [InlineData(0x06u, 0u, 0)]
    [InlineData(0x08u, 5u, 0)]
    public void Identify_answers_what_it_has_and_refuses_the_remainder(uint cns, uint namespaceId, int status)
    {
        using var driver = new RawDriver(s_sparse);
        driver.Enable();

        var completion = driver.Admin.Run(RawDriver.IdentifyCommand(cns, namespaceId, driver.Memory.Allocate(4096)));

        Assert.Equal(status, completion.Status.TypeAndCode);
    }

    [Fact]
    public void A_namespace_list_starts_behind_the_identifier_that_is_given()
    {
        using var driver = new RawDriver(s_sparse);
        driver.Enable();

        var all = driver.Identify(2).Span;
        var behind = driver.Identify(2, 2).Span;

        Assert.Equal([2, 5, 0], new[] { 0, 4, 8 }.Select(i => BinaryPrimitives.ReadInt32LittleEndian(driver.Identify(2).Span[i..])));
        Assert.Equal(2u, BinaryPrimitives.ReadUInt32LittleEndian(all));
        Assert.Equal(5u, BinaryPrimitives.ReadUInt32LittleEndian(behind));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(behind[4..]));
    }

    [Fact]
    public void An_inactive_namespace_is_a_structure_of_zeroes()
    {
        using var driver = new RawDriver(s_sparse);
        driver.Enable();

        var data = driver.Identify(0, 3);

        Assert.False(data.Span.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Descriptors_of_namespaces_are_lasting_and_different()
    {
        using var first = new RawDriver(s_sparse);
        using var second = new RawDriver(s_sparse);
        first.Enable();
        second.Enable();

        var two = first.Identify(3, 2).Span.ToArray();
        var twoAgain = second.Identify(3, 2).Span.ToArray();
        var five = first.Identify(3, 5).Span.ToArray();

        Assert.Equal([2, 16, 0, 0], two[..4]);
        Assert.Equal([3, 16, 0, 0], two[20..24]);
        Assert.Equal([4, 1, 0, 0, 0, 0], two[40..46]);
        Assert.Equal(two, twoAgain);
        Assert.NotEqual(two, five);
    }

    [Fact]
    public void Features_keep_what_was_set_until_a_reset()
    {
        using var driver = new RawDriver();
        driver.Enable();

        var initial = GetFeature(driver, 0x0B);
        RawDriver.AssertSuccess(SetFeature(driver, 0x0B, 0x1FF));
        var current = GetFeature(driver, 0x0B);
        var defaults = GetFeature(driver, 0x0B, select: 1);
        driver.Disable();
        driver.Enable();

        Assert.Equal(0u, initial.Result);
        Assert.Equal(0x1FFu, current.Result);
        Assert.Equal(0u, defaults.Result);
        Assert.Equal(0u, GetFeature(driver, 0x0B).Result);
    }

    [Theory]
    [InlineData(0x06u, 0u, InvalidField)]                  // there is no volatile write cache
    [InlineData(0x02u, 1u, InvalidField)]                  // there is power state 0 only
    [InlineData(0x7Fu, 0u, InvalidField)]
    [InlineData(0x8000_000Bu, 0u, FeatureNotSaveable)]
    [InlineData(0x04u, 0x0005_0000u, InvalidField)]        // there is no sensor 5
    [InlineData(0x01u, 3u, 0)]
    public void Features_that_cannot_be_set_are_refused(uint feature, uint value, int status)
    {
        using var driver = new RawDriver();
        driver.Enable();

        Assert.Equal(status, SetFeature(driver, feature, value).Status.TypeAndCode);
    }

    [Fact]
    public void Unknown_opcodes_fused_commands_and_scatter_gather_lists_are_refused()
    {
        using var driver = new RawDriver();
        driver.Enable();

        var unknown = driver.Admin.Run(new SubmissionEntry { Opcode = 0x7F });
        var fused = driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.Identify, Flags = 1 });
        var scattered = driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.Identify, Flags = 0x40 });

        Assert.Equal(InvalidOpcode, unknown.Status.TypeAndCode);
        Assert.Equal(InvalidField, fused.Status.TypeAndCode);
        Assert.Equal(InvalidField, scattered.Status.TypeAndCode);
    }

    [Fact]
    public void The_error_log_tells_of_failed_commands_the_newest_first()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        pair.Run(RawDriver.Io(NvmOpcode.Read, 1UL << 40, 1, driver.Memory.Allocate(512)));
        driver.Admin.Run(new SubmissionEntry { Opcode = 0x7F });

        var log = GetLog(driver, 1, 128, out var completion);

        RawDriver.AssertSuccess(completion);
        Assert.Equal(2ul, BinaryPrimitives.ReadUInt64LittleEndian(log.Span));
        Assert.Equal(0, BinaryPrimitives.ReadUInt16LittleEndian(log.Span[8..]));
        Assert.Equal(1ul, BinaryPrimitives.ReadUInt64LittleEndian(log.Span[64..]));
        Assert.Equal(1, BinaryPrimitives.ReadUInt16LittleEndian(log.Span[72..]));
        Assert.Equal(0x80, (BinaryPrimitives.ReadUInt16LittleEndian(log.Span[76..]) >> 1) & 0x7FF);
        Assert.Equal(1ul << 40, BinaryPrimitives.ReadUInt64LittleEndian(log.Span[80..]));
    }

    [Fact]
    public void The_SMART_log_counts_reads_and_writes()
    {
        using var driver = new RawDriver();
        var pair = driver.Enable().CreateIoPair();
        var buffer = driver.Memory.Allocate(8192);
        for (var i = 0; i < 3; i++)
            RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Read, 0, 16, buffer)));
        RawDriver.AssertSuccess(pair.Run(RawDriver.Io(NvmOpcode.Write, 0, 16, buffer)));

        var log = GetLog(driver, 2, 512, out _);

        Assert.Equal(1ul, BinaryPrimitives.ReadUInt64LittleEndian(log.Span[32..]));
        Assert.Equal(3ul, BinaryPrimitives.ReadUInt64LittleEndian(log.Span[64..]));
        Assert.Equal(1ul, BinaryPrimitives.ReadUInt64LittleEndian(log.Span[80..]));
    }

    [Fact]
    public void A_log_page_can_be_read_in_parts()
    {
        using var driver = new RawDriver();
        driver.Enable();
        var whole = GetLog(driver, 5, 4096, out _).Span.ToArray();
        var buffer = driver.Memory.Allocate(1024);

        RawDriver.AssertSuccess(driver.Admin.Run(new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.GetLogPage, NamespaceId = 0xFFFF_FFFF, Prp1 = buffer.Iova, Cdw10 = 5 | (255u << 16), Cdw12 = 1024,
        }));

        Assert.Equal(whole.AsSpan(1024, 1024), buffer.Span);
        Assert.Equal(3, whole[1024 + 4]); // Write changes blocks.
    }

    [Fact]
    public void A_log_page_that_does_not_exist_is_an_invalid_log_page()
    {
        using var driver = new RawDriver();
        driver.Enable();

        GetLog(driver, 0x81, 512, out var completion);

        Assert.Equal(InvalidLogPage, completion.Status.TypeAndCode);
    }

    [Fact]
    public void An_event_waits_for_a_request_and_is_told_once_until_its_log_is_read()
    {
        using var driver = new RawDriver();
        driver.Enable();
        RawDriver.AssertSuccess(SetFeature(driver, 0x0B, 0x02));
        driver.Controller.SetTemperature(400);

        var commandId = driver.Admin.Submit(new SubmissionEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });
        var first = driver.Admin.Take();
        driver.Admin.Submit(new SubmissionEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest });
        driver.Controller.SetTemperature(401);
        driver.Controller.Step();
        var toldTwice = driver.Admin.TryTake(out _);
        var critical = GetLog(driver, 2, 512, out _).Span[0];
        driver.Controller.SetTemperature(402);
        driver.Controller.Step();

        Assert.Equal(commandId, first.CommandId);
        Assert.Equal(0x0002_0101u, first.Result);
        Assert.False(toldTwice);
        Assert.Equal(2, critical);
        Assert.True(driver.Admin.TryTake(out _));
    }

    [Fact]
    public void Too_many_event_requests_are_refused_and_a_waiting_one_can_be_aborted()
    {
        using var driver = new RawDriver(new EmulatedControllerOptions { AsyncEventRequests = 1 });
        driver.Enable();
        var request = new SubmissionEntry { Opcode = (byte)AdminOpcode.AsynchronousEventRequest };

        var waiting = driver.Admin.Submit(request);
        var refused = driver.Admin.Run(request);
        driver.Admin.Submit(new SubmissionEntry { Opcode = (byte)AdminOpcode.Abort, Cdw10 = (uint)waiting << 16 });
        var aborted = driver.Admin.Take();
        var abort = driver.Admin.Take();

        Assert.Equal(AsyncEventLimitExceeded, refused.Status.TypeAndCode);
        Assert.Equal(waiting, aborted.CommandId);
        Assert.Equal(AbortRequested, aborted.Status.TypeAndCode);
        Assert.Equal(0u, abort.Result);
    }

    private static CompletionEntry GetFeature(RawDriver driver, uint feature, uint select = 0) =>
        driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.GetFeatures, Cdw10 = feature | (select << 8) });

    private static CompletionEntry SetFeature(RawDriver driver, uint feature, uint value) =>
        driver.Admin.Run(new SubmissionEntry { Opcode = (byte)AdminOpcode.SetFeatures, Cdw10 = feature, Cdw11 = value });

    private static RawBuffer GetLog(RawDriver driver, uint page, int length, out CompletionEntry completion)
    {
        var buffer = driver.Memory.Allocate(length);
        completion = driver.Admin.Run(new SubmissionEntry
        {
            Opcode = (byte)AdminOpcode.GetLogPage, NamespaceId = 0xFFFF_FFFF, Prp1 = buffer.Iova, Cdw10 = page | ((uint)(length / 4 - 1) << 16),
        });
        return buffer;
    }
}
