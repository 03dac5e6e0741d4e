using System.CommandLine;
using UserNvme.Block;
using UserNvme.Cli.Frame;
using UserNvme.Spec;

namespace UserNvme.Cli.Commands;

/// <summary>`read DEV`: copies logical blocks into a file or to standard output.</summary>
internal static class ReadCommand
{
    public static Command Create(ToolContext tool)
    {
        var options = new TransferOptions("The file to write the data to; - is standard output.");
        var command = new Command("read", "Copies logical blocks of a namespace to a file.");
        options.AddTo(command);
        command.SetAction((parse, stop) =>
        {
            var request = options.Read(parse);
            if (request.IsStandardStream && tool.Json)
                throw ToolException.Usage("With --output-format json the data needs a file: give -d FILE.");
            if (request.IsStandardStream && tool.Console.OutputIsTerminal && !options.NamesFile(parse))
                throw ToolException.Usage("The data would go to the terminal: give -d FILE, or -d - if that is meant.");
            return RunAsync(tool, request, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(ToolContext tool, TransferRequest request, CancellationToken stop)
    {
        var controller = await Devices.OpenAsync(tool, request.Address, request.TimeoutSeconds, stop).ConfigureAwait(false);
        await using var closing = controller.ConfigureAwait(false);
        var device = NvmeBlockDevice.Open(controller, Devices.Namespace(controller, request.NamespaceId).Id);
        var (offset, length) = request.Range(device.Info);
        using var output = request.IsStandardStream ? tool.Console.OpenOutput() : DataFile.Create(request.File);
        using var buffer = device.RentBuffer((int)Math.Min(length, TransferRequest.ChunkBytes));
        for (long done = 0; done < length;)
        {
            var chunk = buffer.Memory[..(int)Math.Min(length - done, TransferRequest.ChunkBytes)];
            await device.ReadAsync(chunk, offset + done, stop).ConfigureAwait(false);
            await DataFile.WriteAsync(output, request.File, chunk, stop).ConfigureAwait(false);
            done += chunk.Length;
        }

        TransferReport.Write(tool, "read", request, length);
        return (int)ExitCode.Success;
    }
}
