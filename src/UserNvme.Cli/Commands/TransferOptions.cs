using System.CommandLine;
using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>The options that `read` and `write` share, with nvme-cli's names and meaning.</summary>
internal sealed class TransferOptions
{
    /// <summary>The file name that stands for standard input or output.</summary>
    public const string StandardStream = "-";

    private readonly Argument<string> _device = CommonSymbols.Device();
    private readonly Option<uint> _namespace = CommonSymbols.Namespace();
    private readonly Option<ulong> _start = CommonSymbols.Number<ulong>("--start-block", "-s", "The first logical block.", 0, ulong.MaxValue, 0);

    private readonly Option<ulong> _blocks = CommonSymbols.Number<ulong>("--block-count", "-c",
        "The number of logical blocks less one, as NVMe counts them: 0 is one block.", 0, (ulong)long.MaxValue, 0);

    private readonly Option<ulong> _size = CommonSymbols.Number<ulong>("--data-size", "-z",
        "Bytes to move; has to match -c. [default: what -c says]", 1, (ulong)long.MaxValue);

    private readonly Option<int> _timeout = CommonSymbols.Timeout();
    private readonly Option<string> _file;

    public TransferOptions(string fileDescription)
    {
        _size.Required = false;
        _file = new Option<string>("--data", "-d")
        {
            Description = fileDescription,
            HelpName = "FILE",
            DefaultValueFactory = _ => StandardStream,
            CustomParser = result =>
            {
                var path = result.Tokens[^1].Value;
                if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
                    result.AddError("-d (--data) needs the name of a file, or - for the standard stream");
                return path;
            },
        };
    }

    public void AddTo(Command command)
    {
        command.Add(_device);
        foreach (var option in (Option[])[_namespace, _start, _blocks, _size, _file, _timeout])
            command.Add(option);
    }

    public TransferRequest Read(ParseResult parse) => new()
    {
        Address = parse.GetRequiredValue(_device),
        NamespaceId = parse.GetValue(_namespace),
        Start = parse.GetValue(_start),
        BlocksLessOne = parse.GetValue(_blocks),
        DataSize = parse.GetResult(_size) is null ? null : parse.GetValue(_size),
        File = parse.GetValue(_file)!,
        TimeoutSeconds = parse.GetValue(_timeout),
    };

    /// <summary>Whether -d was given, so that `-` is the user's own word.</summary>
    public bool NamesFile(ParseResult parse) => parse.GetResult(_file) is { Implicit: false };
}
