// Runs the tests, or one of the processes that tests start, watch and kill.
using UserNvme.Transports.Vfio;
using UserNvme.VmTests;
using UserNvme.VmTests.Crash;
using Xunit.MicrosoftTestingPlatform;

VfioTransport.Register();
return args is [CrashWriter.Verb, var address]
    ? await CrashWriter.RunAsync(address)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
