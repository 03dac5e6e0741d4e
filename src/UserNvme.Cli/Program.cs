// The usernvme tool's entry point: everything else hangs under Frame/Tool.cs.
using UserNvme.Cli.Frame;

return await Tool.RunAsync(args, ToolConsole.OfThisProcess()).ConfigureAwait(false);
