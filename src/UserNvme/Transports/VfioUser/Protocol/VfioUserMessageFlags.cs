namespace UserNvme.Transports.VfioUser.Protocol;

/// <summary>The flags word of a header; its low four bits are the type of the message, 0 for a command.</summary>
[Flags]
internal enum VfioUserMessageFlags : uint
{
    /// <summary>A command that wants a reply.</summary>
    None = 0,

    /// <summary>A reply.</summary>
    Reply = 1,

    /// <summary>A command that wants no reply.</summary>
    NoReply = 1 << 4,

    /// <summary>A reply that says no; its error field has the reason.</summary>
    Error = 1 << 5,
}
