using UserNvme.Emulation;
using UserNvme.Memory;
using UserNvme.Transports;

namespace UserNvme.Tests.Emulated.Hosting;

/// <summary>An emulated controller that tells when it is opened and closed.</summary>
internal sealed class TrackedTransport : NvmeTransport
{
    private readonly EmulatedTransport _inner;
    private readonly HostEvents _events;
    private readonly string _name;
    private bool _closed;

    public TrackedTransport(string name, EmulatedControllerOptions options, HostEvents events)
    {
        _name = name;
        _events = events;
        _inner = EmulatedTransport.Start(options);
        _events.Add($"open {name}");
    }

    public override string Address => $"tracked:{_name}";

    public override ushort VendorId => 0;

    public override ushort DeviceId => 0;

    public override IDmaDomain Domain => _inner.Domain;

    public override int RegisterSpaceLength => _inner.RegisterSpaceLength;

    public override bool CanReset => _inner.CanReset;

    public override uint Read32(int offset) => _inner.Read32(offset);

    public override void Write32(int offset, uint value) => _inner.Write32(offset, value);

    public override Doorbell GetDoorbell(int offset) => _inner.GetDoorbell(offset);

    public override void Reset() => _inner.Reset();

    public override void SetBusMaster(bool enabled) => _inner.SetBusMaster(enabled);

    protected override void Dispose(bool disposing)
    {
        if (_closed) return;
        _closed = true;
        _inner.Dispose();
        _events.Add($"close {_name}");
    }
}
