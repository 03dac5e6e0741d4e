using System.CommandLine;
using UserNvme.Block;
using UserNvme.Cli.Frame;
using UserNvme.Cli.Safety;

namespace UserNvme.Cli.Commands;

/// <summary>`write DEV`: copies a file or standard input to logical blocks. Rule 10: a namespace that carries data is refused.</summary>
internal static class WriteCommand
{
    public static Command Create(ToolContext tool)
    {
        var options = new TransferOptions("The file with the data; - is standard input.");
        var destroyData = DataGuard.Option();
        var forceUnitAccess = new Option<bool>("--force-unit-access", "-f")
        {
            Description = "Complete only when the data is on the medium, not in a volatile cache.",
        };
        var command = new Command("write", "Copies a file to logical blocks of a namespace.");
        options.AddTo(command);
        command.Add(forceUnitAccess);
        command.Add(destroyData);
        command.SetAction((parse, stop) => RunAsync(tool, options.Read(parse), parse.GetValue(forceUnitAccess), parse.GetValue(destroyData), stop));
        return command;
    }

    private static async Task<int> RunAsync(ToolContext tool, TransferRequest request, bool forceUnitAccess, bool destroyData, CancellationToken stop)
    {
        // The file comes first: a name that is wrong needs no device to be taken over.
        using var input = request.IsStandardStream ? tool.Console.OpenInput() : DataFile.Open(request.File);
        var controller = await Devices.OpenAsync(tool, request.Address, request.TimeoutSeconds, stop).ConfigureAwait(false);
        await using var closing = controller.ConfigureAwait(false);
        var device = NvmeBlockDevice.Open(controller, Devices.Namespace(controller, request.NamespaceId).Id);
        var (offset, length) = request.Range(device.Info);
        DataFile.CheckLength(input, request.File, length);
        await DataGuard.CheckAsync(device, destroyData, stop).ConfigureAwait(false);
        using var buffer = device.RentBuffer((int)Math.Min(length, TransferRequest.ChunkBytes));
        for (long done = 0; done < length;)
        {
            var chunk = buffer.Memory[..(int)Math.Min(length - done, TransferRequest.ChunkBytes)];
            await DataFile.ReadAsync(input, request.File, chunk, done, length, stop).ConfigureAwait(false);
            await device.WriteAsync(chunk, offset + done, forceUnitAccess, stop).ConfigureAwait(false);
            done += chunk.Length;
        }

        TransferReport.Write(tool, "write", request, length);
        return (int)ExitCode.Success;
    }
}
