using System.Runtime.CompilerServices;
using UserNvme.Spec;

namespace UserNvme.Tests;

public class SpecLayoutTests
{
    [Fact]
    public void A_submission_entry_has_64_bytes() => Assert.Equal(64, Unsafe.SizeOf<SubmissionEntry>());

    [Fact]
    public void A_completion_entry_has_16_bytes() => Assert.Equal(16, Unsafe.SizeOf<CompletionEntry>());
}
