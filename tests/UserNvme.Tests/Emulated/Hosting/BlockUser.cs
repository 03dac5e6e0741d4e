using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UserNvme.Block;

namespace UserNvme.Tests.Emulated.Hosting;

/// <summary>A service of an application that has its device injected, writes when it starts and reads that back when it stops.</summary>
public sealed class BlockUser([FromKeyedServices("data")] IBlockDevice device, HostEvents events) : IHostedService
{
    private static readonly byte[] s_text = [.. Enumerable.Range(0, 512).Select(i => (byte)i)];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await device.WriteAsync(s_text, 4096, cancellationToken: cancellationToken);
        events.Add("wrote");
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var back = new byte[s_text.Length];
        await device.ReadAsync(back, 4096, cancellationToken);
        events.Add(back.AsSpan().SequenceEqual(s_text) ? "read back" : "read something else");
    }
}
