using UserNvme.Transports.VfioUser.Protocol;

namespace UserNvme.Tests.Golden;

/// <summary>One message.</summary>
/// <param name="FromClient">Who sent it.</param>
/// <param name="Descriptors">How many came along.</param>
/// <param name="Bytes">Header and payload.</param>
internal sealed record RecordedMessage(bool FromClient, int Descriptors, byte[] Bytes)
{
    public VfioUserHeader Header => VfioUserHeader.Parse(Bytes);

    public ReadOnlySpan<byte> Payload => Bytes.AsSpan(VfioUserHeader.Length);

    public override string ToString() => $"{(FromClient ? "client" : "server")} {Descriptors} {Convert.ToHexString(Bytes)}";
}
