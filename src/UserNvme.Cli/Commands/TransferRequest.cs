using System.CommandLine;
using UserNvme.Block;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>What `read` and `write` are asked to move: nvme-cli's -n, -s, -c, -z and -d, and the checks against the namespace.</summary>
internal sealed record TransferRequest
{
    /// <summary>How much is moved between file and device at a time, in bytes; the block API splits it into commands.</summary>
    public const int ChunkBytes = 4 << 20;

    public required string Address { get; init; }

    public required uint NamespaceId { get; init; }

    /// <summary>-s: the first logical block.</summary>
    public required ulong Start { get; init; }

    /// <summary>-c: the number of blocks less one.</summary>
    public required ulong BlocksLessOne { get; init; }

    /// <summary>-z: bytes, where given.</summary>
    public required ulong? DataSize { get; init; }

    /// <summary>-d: a path, or - for standard input and output.</summary>
    public required string File { get; init; }

    public required int TimeoutSeconds { get; init; }

    public bool IsStandardStream => File == TransferOptions.StandardStream;

    /// <summary>The range in bytes, once it is known to lie on the device.</summary>
    /// <exception cref="ToolException">-z does not match -c, or the range is past the end.</exception>
    public (long Offset, long Length) Range(BlockDeviceInfo device)
    {
        var blockSize = (ulong)device.BlockSize;
        var blocks = (UInt128)BlocksLessOne + 1;
        if (DataSize is { } size && size != blocks * blockSize)
            throw ToolException.Usage(
                $"-z {size} does not match -c {BlocksLessOne}: {blocks} block(s) of {blockSize} bytes are {blocks * blockSize} bytes.");
        if (Start + blocks > device.BlockCount)
            throw ToolException.Usage(
                $"Blocks {Start} to {Start + blocks - 1} are past the end of namespace {NamespaceId} of {Address}, which has {device.BlockCount} blocks.");
        return ((long)(Start * blockSize), (long)(blocks * blockSize));
    }
}
