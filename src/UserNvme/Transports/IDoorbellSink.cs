namespace UserNvme.Transports;

/// <summary>Carries doorbell writes to a controller whose doorbell page is not mapped into this process.</summary>
public interface IDoorbellSink
{
    /// <summary>Writes one doorbell. Called on the thread that owns the queue.</summary>
    /// <param name="offset">The register's offset in the controller's register space, in bytes.</param>
    /// <param name="value">The new tail or head.</param>
    void Ring(int offset, uint value);
}
