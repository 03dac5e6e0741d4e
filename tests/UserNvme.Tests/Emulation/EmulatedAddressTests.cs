using UserNvme.Emulation;
using UserNvme.Transports;

namespace UserNvme.Tests.Emulation;

public class EmulatedAddressTests
{
    [Fact]
    public void The_bare_scheme_is_a_controller_of_one_gibibyte_in_memory()
    {
        EmulatedTransport.Register();

        using var transport = TransportRegistry.Open("emulated:");

        var item = Assert.Single(Assert.IsType<EmulatedTransport>(transport).Controller.Options.Namespaces);
        Assert.Equal((1L << 30, 512, BackingKind.Memory), (item.Size, item.BlockSize, item.Backing));
        Assert.Equal("emulated:", transport.Address);
    }

    [Fact]
    public void All_options_reach_the_controller()
    {
        var address = EmulatedAddress.Parse("?size=8M&block-size=4096&latency=10us&mdts=7&max-queues=3&max-queue-entries=128&backing=null&namespaces=2&serial=AB%20C&write-cache=on&aw-bits=48&doorbell-stride=2");

        var options = address.Options;
        Assert.Equal(2, options.Namespaces.Count);
        Assert.Equal((8L << 20, 4096, BackingKind.Null), (options.Namespaces[1].Size, options.Namespaces[1].BlockSize, options.Namespaces[1].Backing));
        Assert.Equal(TimeSpan.FromMicroseconds(10), options.Latency);
        Assert.Equal((7, 3, 128, 2), (options.Mdts, options.MaxQueues, options.MaxQueueEntries, options.DoorbellStride));
        Assert.Equal("AB C", options.SerialNumber);
        Assert.True(options.VolatileWriteCache);
        Assert.Equal((1UL << 48) - 1, options.Domain!.AllowedRanges[^1].Last);
        Assert.Equal(EmulatedHostKind.Thread, address.Host);
    }

    [Theory]
    [InlineData("size=1G", "'?'")]
    [InlineData("?sise=1G", "'sise'")]
    [InlineData("?size", "size")]
    [InlineData("?size=", "size")]
    [InlineData("?size=1G&size=2G", "size")]
    [InlineData("?size=0", "size")]
    [InlineData("?size=-4096", "size")]
    [InlineData("?size=1000", "size")]
    [InlineData("?size=4096&block-size=8192", "size")]
    [InlineData("?size=1e9", "size")]
    [InlineData("?size=99999999999999999999", "size")]
    [InlineData("?size=9999999T", "size")]
    [InlineData("?size=K", "size")]
    [InlineData("?block-size=0", "block-size")]
    [InlineData("?block-size=256", "block-size")]
    [InlineData("?block-size=1000", "block-size")]
    [InlineData("?block-size=131072", "block-size")]
    [InlineData("?latency=10", "latency")]
    [InlineData("?latency=us", "latency")]
    [InlineData("?latency=-1us", "latency")]
    [InlineData("?latency=1h", "latency")]
    [InlineData("?latency=61s", "latency")]
    [InlineData("?latency=10us&host=inline", "latency")]
    [InlineData("?mdts=13", "mdts")]
    [InlineData("?mdts=x", "mdts")]
    [InlineData("?max-queues=0", "max-queues")]
    [InlineData("?max-queues=70000", "max-queues")]
    [InlineData("?backing=disk", "backing")]
    [InlineData("?backing=file", "file=PATH")]
    [InlineData("?backing=memory&file=/nonexistent/x", "file")]
    [InlineData("?namespaces=2&file=/nonexistent/x", "namespaces")]
    [InlineData("?serial=123456789012345678901", "serial")]
    [InlineData("?file=/nonexistent/dir/file", "/nonexistent/dir/file")]
    [InlineData("?file=/tmp", "/tmp")]
    public void A_wrong_address_is_refused_with_one_sentence_that_names_the_option(string options, string named)
    {
        var error = Assert.Throws<NvmeSetupException>(() => EmulatedTransport.Open(options).Dispose());

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
