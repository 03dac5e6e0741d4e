using System.Globalization;

namespace UserNvme.Spec;

/// <summary>A command identifier (CID): unique among the commands in flight on one submission queue.</summary>
public readonly record struct CommandId(ushort Value)
{
    /// <summary>0xFFFF: never given to a command, the error log uses it for errors that belong to none.</summary>
    public static CommandId Reserved => new(0xFFFF);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
