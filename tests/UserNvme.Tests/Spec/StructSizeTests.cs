using System.Runtime.CompilerServices;
using UserNvme.Spec;

namespace UserNvme.Tests.Spec;

public class StructSizeTests
{
    [Fact]
    public void A_submission_entry_has_64_bytes() => Assert.Equal(64, Unsafe.SizeOf<SubmissionEntry>());

    [Fact]
    public void A_completion_entry_has_16_bytes() => Assert.Equal(16, Unsafe.SizeOf<CompletionEntry>());

    [Fact]
    public void Identify_structures_have_4096_bytes()
    {
        Assert.Equal(4096, Unsafe.SizeOf<IdentifyController>());
        Assert.Equal(4096, Unsafe.SizeOf<IdentifyNamespace>());
        Assert.Equal(4096, Unsafe.SizeOf<IdentifyControllerNvm>());
    }

    [Fact]
    public void A_smart_log_and_a_firmware_slot_log_have_512_bytes()
    {
        Assert.Equal(512, Unsafe.SizeOf<SmartLog>());
        Assert.Equal(512, Unsafe.SizeOf<FirmwareSlotLog>());
    }
}
