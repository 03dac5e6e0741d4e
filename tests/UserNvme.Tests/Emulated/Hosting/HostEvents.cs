using System.Collections.Concurrent;
using UserNvme.Emulation;
using UserNvme.Transports;

namespace UserNvme.Tests.Emulated.Hosting;

/// <summary>What happens in a host, in order, and a scheme of addresses whose controllers report to it: Address("data") or Address("data", 2).</summary>
public sealed class HostEvents
{
    private readonly string _scheme = $"tracked-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _events = new();

    public HostEvents() => TransportRegistry.Register(_scheme, Open);

    public IReadOnlyList<string> All => [.. _events];

    public void Add(string what) => _events.Enqueue(what);

    public string Address(string name, int namespaces = 1) => $"{_scheme}:{name}?{namespaces}";

    private TrackedTransport Open(string rest)
    {
        var (name, namespaces) = (rest.Split('?')[0], int.Parse(rest.Split('?')[1], System.Globalization.CultureInfo.InvariantCulture));
        var options = new EmulatedControllerOptions
        {
            Namespaces = [.. Enumerable.Repeat(new EmulatedNamespaceOptions { Size = 16 << 20 }, namespaces)],
        };
        return new TrackedTransport(name, options, this);
    }
}
