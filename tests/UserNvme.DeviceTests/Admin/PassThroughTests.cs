using System.Buffers.Binary;
using UserNvme.Controllers;
using UserNvme.DeviceTests.Device;
using UserNvme.Spec;

namespace UserNvme.DeviceTests.Admin;

/// <summary>Admin commands that the user makes.</summary>
public class PassThroughTests
{
    private const int InvalidOpcode = 0x001;
    private const int InvalidNamespace = 0x00B;
    private const int NumberOfQueues = 7;

    [Fact]
    public async Task Identify_gives_what_the_driver_was_told()
    {
        await using var bench = await Bench.OpenAsync();
        var (controller, first, list) = (new byte[4096], new byte[4096], new byte[4096]);

        await bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), controller);
        await bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Namespace, bench.Namespace), first);
        await bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.ActiveNamespaceList), list);

        Assert.Equal(bench.Driver.IdentityData.ToArray(), controller);
        Assert.Equal(bench.Driver.Namespaces[0].IdentityData.ToArray(), first);
        var listed = Enumerable.Range(0, 1024).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(i * 4))).TakeWhile(id => id != 0);
        Assert.Equal(bench.Driver.Namespaces.Select(n => n.Id.Value), listed);
    }

    [Fact]
    public async Task A_part_of_a_log_is_the_start_of_the_whole()
    {
        await using var bench = await Bench.OpenAsync();
        var whole = Enumerable.Repeat((byte)0xA5, 512).ToArray();
        var part = new byte[16];

        await bench.Driver.AdminAsync(AdminCommands.GetLogPage(LogPage.Smart, whole.Length, NamespaceId.All), whole);
        await bench.Driver.AdminAsync(AdminCommands.GetLogPage(LogPage.Smart, part.Length, NamespaceId.All), part);

        Assert.Equal(whole[..16], part);
        Assert.All(whole[^296..], b => Assert.Equal(0, b)); // Reserved.
    }

    [Fact]
    public async Task The_number_of_queues_is_one_or_more_of_each()
    {
        await using var bench = await Bench.OpenAsync();

        var completion = await bench.Driver.AdminAsync(new SubmissionEntry { Opcode = (byte)AdminOpcode.GetFeatures, Cdw10 = NumberOfQueues });

        // Zero-based, so any value is a number of queues; those that the driver has are among them.
        Assert.True((completion.Result & 0xFFFF) + 1 >= 1 + Math.Min(1, new NvmeControllerOptions().ExtraQueuePairs));
        Assert.InRange((completion.Result >> 16) + 1, 1u, 65_536u);
    }

    [Fact]
    public async Task A_command_that_no_controller_knows_is_answered_with_a_status_and_does_no_harm()
    {
        await using var bench = await Bench.OpenAsync();

        var error = await Assert.ThrowsAsync<NvmeException>(() => bench.Driver.AdminAsync(new SubmissionEntry { Opcode = 0x74 }));

        Assert.Equal((CommandFate.Completed, InvalidOpcode), (error.Fate, error.Status.TypeAndCode));
        Assert.Equal(ControllerState.Live, bench.Driver.State);
        Assert.Equal(0, bench.Driver.ResetCount);
    }

    [Fact]
    public async Task A_namespace_that_is_none_is_answered_with_a_status()
    {
        await using var bench = await Bench.OpenAsync();

        var error = await Assert.ThrowsAsync<NvmeException>(() =>
            bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Namespace, new NamespaceId(0xFFFF_FFFE)), new byte[4096]));

        Assert.Equal((CommandFate.Completed, InvalidNamespace), (error.Fate, error.Status.TypeAndCode));
    }

    [Fact]
    public async Task More_commands_than_the_admin_queue_holds_all_complete()
    {
        await using var bench = await Bench.OpenAsync(new() { AdminQueueEntries = 4 });
        var data = Enumerable.Range(0, 64).Select(_ => new byte[4096]).ToArray();

        await Task.WhenAll(data.Select(d => bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), d)));

        Assert.All(data, d => Assert.Equal(bench.Driver.IdentityData.ToArray(), d));
    }

    [Fact]
    public async Task Data_that_is_too_long_or_no_dwords_is_refused()
    {
        await using var bench = await Bench.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), new byte[4095]));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            bench.Driver.AdminAsync(AdminCommands.Identify(IdentifyCns.Controller), new byte[bench.Driver.MaxTransferBytes + 4]));
    }
}
