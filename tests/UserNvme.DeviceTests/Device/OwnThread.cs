namespace UserNvme.DeviceTests.Device;

/// <summary>A thread for what has one owner to the end.</summary>
internal static class OwnThread
{
    public static Task Run(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
