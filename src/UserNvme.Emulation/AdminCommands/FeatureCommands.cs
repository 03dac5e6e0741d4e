using UserNvme.Emulation.Prp;
using UserNvme.Spec;

namespace UserNvme.Emulation.AdminCommands;

/// <summary>Get and Set Features (NVMe Base 2.0, 5.14 and 5.27). No feature can be saved over a reset.</summary>
internal sealed class FeatureCommands
{
    private const byte Arbitration = 0x01;
    private const byte PowerManagement = 0x02;
    private const byte TemperatureThreshold = 0x04;
    private const byte ErrorRecovery = 0x05;
    private const byte VolatileWriteCache = 0x06;
    private const byte NumberOfQueues = 0x07;
    private const byte InterruptCoalescing = 0x08;
    private const byte InterruptVectorConfiguration = 0x09;
    private const byte WriteAtomicityNormal = 0x0A;
    private const byte AsyncEventConfiguration = 0x0B;
    private const byte HostBehaviorSupport = 0x16;
    private const int HostBehaviorSize = 512;
    private const uint Changeable = 1 << 2;
    private const uint PerNamespace = 1 << 1;
    private const uint DefaultAsyncEvents = 0;

    private static readonly byte[] s_supported =
    [
        Arbitration, PowerManagement, TemperatureThreshold, ErrorRecovery, VolatileWriteCache, NumberOfQueues, InterruptCoalescing,
        InterruptVectorConfiguration, WriteAtomicityNormal, AsyncEventConfiguration, HostBehaviorSupport,
    ];

    private readonly EmulatedController _controller;
    private readonly CommandData _data;
    private readonly uint[] _values = new uint[0x20];
    private readonly bool[] _vectorCoalescingDisabled;
    private readonly byte[] _hostBehavior = new byte[HostBehaviorSize];
    private uint _underTemperature;

    public FeatureCommands(EmulatedController controller, CommandData data)
    {
        _controller = controller;
        _data = data;
        _vectorCoalescingDisabled = new bool[controller.InterruptVectors];
        Reset();
    }

    /// <summary>The feature identifiers that are supported.</summary>
    public static ReadOnlySpan<byte> Supported => s_supported;

    /// <summary>The temperature in kelvin from which on the controller warns.</summary>
    public ushort OverTemperature => (ushort)_values[TemperatureThreshold];

    /// <summary>The temperature in kelvin below which the controller warns; 0 for never.</summary>
    public ushort UnderTemperature => (ushort)_underTemperature;

    /// <summary>Asynchronous Event Configuration: which events the host wants.</summary>
    public uint AsyncEvents => _values[AsyncEventConfiguration];

    /// <summary>What a feature has after a reset; null where there is no such feature or it has no place in the table.</summary>
    public static bool IsSupported(byte feature) => s_supported.AsSpan().Contains(feature);

    /// <summary>Gives all features their defaults.</summary>
    public void Reset()
    {
        foreach (var feature in s_supported)
            _values[feature] = Default(feature);
        _underTemperature = 0;
        Array.Clear(_vectorCoalescingDisabled);
        Array.Clear(_hostBehavior);
        _controller.Io.CacheEnabled = _controller.HasVolatileCache;
    }

    /// <summary>Get Features.</summary>
    public AdminResult Get(in SubmissionEntry entry)
    {
        var feature = (byte)entry.Cdw10;
        var select = (entry.Cdw10 >> 8) & 7;
        if (!IsSupported(feature) || select > 3) return DeviceStatus.InvalidField;
        if (select == 3) return new AdminResult(NvmeStatus.Success, Capabilities(feature));
        if (feature == VolatileWriteCache && !_controller.HasVolatileCache) return DeviceStatus.InvalidField;
        if (feature == HostBehaviorSupport) return _data.Return(entry, select == 0 ? _hostBehavior : [], HostBehaviorSize);
        if (feature == InterruptVectorConfiguration) return GetVector(entry.Cdw11 & 0xFFFF, select);
        if (feature == TemperatureThreshold) return GetThreshold(entry.Cdw11, select);
        return new AdminResult(NvmeStatus.Success, select == 0 ? _values[feature] : Default(feature));
    }

    /// <summary>Set Features.</summary>
    public AdminResult Set(in SubmissionEntry entry)
    {
        var feature = (byte)entry.Cdw10;
        var value = entry.Cdw11;
        if (!IsSupported(feature)) return DeviceStatus.InvalidField;
        if ((entry.Cdw10 & 0x8000_0000) != 0) return DeviceStatus.FeatureNotSaveable;
        if ((Capabilities(feature) & Changeable) == 0) return DeviceStatus.FeatureNotChangeable;
        switch (feature)
        {
            case NumberOfQueues:
                return SetNumberOfQueues(value);
            case PowerManagement when (value & 0x1F) != 0: // There is power state 0 only.
            case VolatileWriteCache when !_controller.HasVolatileCache:
                return DeviceStatus.InvalidField;
            case VolatileWriteCache:
                _controller.Io.CacheEnabled = (value & 1) != 0;
                _values[feature] = value & 1;
                return _controller.Io.CacheEnabled ? NvmeStatus.Success : _controller.Namespaces.FlushAll();
            case TemperatureThreshold:
                return SetThreshold(value);
            case InterruptVectorConfiguration:
                return SetVector(value);
            case HostBehaviorSupport:
                var status = _data.Walk(QueueId.Admin, entry, HostBehaviorSize, DmaDirection.Read);
                if (status.IsSuccess)
                    _data.CopyTo(_hostBehavior);
                return status;
            default:
                _values[feature] = value;
                return NvmeStatus.Success;
        }
    }

    private uint Default(byte feature) => feature switch
    {
        TemperatureThreshold => IdentifyControllerData.WarningTemperature,
        VolatileWriteCache => _controller.HasVolatileCache ? 1u : 0,
        NumberOfQueues => QueueCount((ushort)_controller.Options.MaxQueues),
        AsyncEventConfiguration => DefaultAsyncEvents,
        _ => 0,
    };

    // Bit 0 saveable, bit 1 per namespace, bit 2 changeable.
    private static uint Capabilities(byte feature) => feature switch
    {
        ErrorRecovery => Changeable | PerNamespace,
        _ => Changeable,
    };

    private static uint QueueCount(ushort count) => (uint)(count - 1) * 0x1_0001;

    private AdminResult SetNumberOfQueues(uint value)
    {
        if ((value & 0xFFFF) == 0xFFFF || value >> 16 == 0xFFFF) return DeviceStatus.InvalidField;
        if (_controller.Queues.AnyIoQueue) return DeviceStatus.CommandSequenceError;
        var count = (ushort)_controller.Options.MaxQueues;
        return new AdminResult(NvmeStatus.Success, QueueCount(_controller.Faults.QueueCountReply?.Invoke(count) ?? count));
    }

    // Sensor 0 is the composite temperature, 1111b all that there are; THSEL 0 is the upper and 1 the lower threshold.
    private NvmeStatus SetThreshold(uint value)
    {
        var sensor = (value >> 16) & 0xF;
        var select = (value >> 20) & 3;
        if (sensor is not (0 or 0xF) || select > 1) return DeviceStatus.InvalidField;
        if (select == 0)
            _values[TemperatureThreshold] = value & 0xFFFF;
        else
            _underTemperature = value & 0xFFFF;
        _controller.CheckTemperature();
        return NvmeStatus.Success;
    }

    private AdminResult GetThreshold(uint value, uint select)
    {
        var which = (value >> 20) & 3;
        if (((value >> 16) & 0xF) != 0 || which > 1) return DeviceStatus.InvalidField;
        var current = which == 0 ? _values[TemperatureThreshold] : _underTemperature;
        var initial = which == 0 ? Default(TemperatureThreshold) : 0;
        return new AdminResult(NvmeStatus.Success, select == 0 ? current : initial);
    }

    private NvmeStatus SetVector(uint value)
    {
        var vector = value & 0xFFFF;
        if (vector >= _vectorCoalescingDisabled.Length) return DeviceStatus.InvalidField;
        _vectorCoalescingDisabled[vector] = (value & 0x1_0000) != 0;
        return NvmeStatus.Success;
    }

    private AdminResult GetVector(uint vector, uint select)
    {
        if (vector >= _vectorCoalescingDisabled.Length) return DeviceStatus.InvalidField;
        return new AdminResult(NvmeStatus.Success, vector | (select == 0 && _vectorCoalescingDisabled[vector] ? 0x1_0000u : 0));
    }
}
