namespace UserNvme.Queues;

/// <summary>What a reactor's queue pair keeps for a command in flight: whose it is and which blocks it is about.</summary>
internal readonly record struct IoCommand(IoRequest Request, ulong Lba);
