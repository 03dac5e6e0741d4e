namespace UserNvme.Spec;

/// <summary>
/// The 15-bit status field of a completion (NVMe Base 2.0, 3.3.3.2.1): status code, status code type, retry delay, More, Do Not Retry.
/// </summary>
public readonly record struct NvmeStatus(ushort Value)
{
    /// <summary>Successful Completion: all bits zero.</summary>
    public static NvmeStatus Success => default;

    /// <summary>True for Successful Completion (type 0, code 0).</summary>
    public bool IsSuccess => (Value & 0x7FF) == 0;

    /// <summary>Status code, bits 7:0.</summary>
    public byte Code => (byte)Value;

    /// <summary>Status code type, bits 10:8: 0 generic, 1 command specific, 2 media and data integrity, 3 path related, 7 vendor.</summary>
    public byte CodeType => (byte)((Value >> 8) & 7);

    /// <summary>Command Retry Delay, bits 12:11: 0 none, else index into CRDT1..3 of Identify Controller.</summary>
    public int RetryDelayIndex => (Value >> 11) & 3;

    /// <summary>More: the error log has details.</summary>
    public bool More => (Value & 0x2000) != 0;

    /// <summary>Do Not Retry: the same command will fail again.</summary>
    public bool DoNotRetry => (Value & 0x4000) != 0;

    /// <summary>Type and code in one number, as nvme-cli prints it (0x281 = type 2, code 0x81).</summary>
    public int TypeAndCode => Value & 0x7FF;

    /// <summary>Type and code as one of the codes that have a name.</summary>
    public StatusCode StatusCode => (StatusCode)TypeAndCode;

    /// <summary>The status field for a code.</summary>
    /// <param name="code">Type and code.</param>
    /// <param name="doNotRetry">Whether the same command would fail again.</param>
    /// <param name="more">Whether the error log has details.</param>
    public static NvmeStatus Create(StatusCode code, bool doNotRetry = false, bool more = false) =>
        new((ushort)(((int)code & 0x7FF) | (more ? 0x2000 : 0) | (doNotRetry ? 0x4000 : 0)));

    /// <summary>Name, code and flags: "Invalid Field in Command (0x002, DNR)".</summary>
    public override string ToString() => StatusText.Describe(this);
}
