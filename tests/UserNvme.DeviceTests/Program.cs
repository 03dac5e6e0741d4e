// Runs the suite on the device that USERNVME_TEST_DEVICE names. Its data is lost.
using UserNvme.DeviceTests;
using UserNvme.DeviceTests.Device;
using Xunit.MicrosoftTestingPlatform;

if (TestDevice.Refusal is { } refusal)
{
    await Console.Error.WriteLineAsync(refusal);
    return 2;
}

TestDevice.Prepare();
return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
