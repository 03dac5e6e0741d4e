using UserNvme.Cli.Frame;

namespace UserNvme.Cli.Commands;

/// <summary>What `read` and `write` say at the end; nothing where standard output carries the data.</summary>
internal static class TransferReport
{
    public static void Write(ToolContext tool, string verb, TransferRequest request, long length)
    {
        if (tool.Json)
        {
            tool.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("device", request.Address);
                json.WriteNumber("nsid", request.NamespaceId);
                json.WriteNumber("slba", request.Start);
                json.WriteNumber("blocks", request.BlocksLessOne + 1);
                json.WriteNumber("bytes", length);
                json.WriteEndObject();
            });
        }
        else if (verb == "write" || !request.IsStandardStream)
        {
            tool.Output.WriteLine($"{verb}: Success");
        }
    }
}
