using UserNvme.Interop;

namespace UserNvme.Tests.Interop;

public class ErrnoTests
{
    [Theory]
    [InlineData(12, "Cannot allocate memory (ENOMEM)")]
    [InlineData(-28, "No space left on device (ENOSPC)")]
    [InlineData(71, "Protocol error (error 71)")]
    public void An_error_is_told_in_words_with_its_name(int errno, string expected) => Assert.Equal(expected, Errno.Describe(errno));
}
