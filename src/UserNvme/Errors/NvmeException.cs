using UserNvme.Spec;

namespace UserNvme;

/// <summary>A command failed. Says with which status, on which namespace and block, and whether the data may have reached the medium.</summary>
public sealed class NvmeException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One sentence that names the controller, the command and the failure.</param>
    /// <param name="fate">What is known of the command's effect.</param>
    /// <param name="status">The controller's status where <paramref name="fate"/> is <see cref="CommandFate.Completed"/>.</param>
    public NvmeException(string message, CommandFate fate, NvmeStatus status = default)
        : base(message)
    {
        Fate = fate;
        Status = status;
    }

    /// <summary>What is known of the command's effect on the medium.</summary>
    public CommandFate Fate { get; }

    /// <summary>The controller's status field; <see cref="NvmeStatus.Success"/> where the controller did not answer.</summary>
    public NvmeStatus Status { get; }

    /// <summary>The controller's address.</summary>
    public string Address { get; init; } = "";

    /// <summary>The namespace; <see cref="NamespaceId.None"/> for a command that has none.</summary>
    public NamespaceId NamespaceId { get; init; }

    /// <summary>The first block of the failed command; null for a command that names no blocks.</summary>
    public Lba? Lba { get; init; }

    /// <summary>The command's opcode.</summary>
    public byte Opcode { get; init; }
}
