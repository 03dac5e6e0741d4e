using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Refusals;

/// <summary>What a user is told who cannot use a controller.</summary>
public class OpenRefusalTests
{
    [Theory]
    [InlineData("0000:7f:00.0", Refusal.NoSuchDevice)]
    [InlineData("0000:00:1f.2", Refusal.NotNvme)]
    [InlineData("0000:01:00.0", Refusal.WrongDriver)]
    public void A_device_that_cannot_be_used_is_named(string address, int exitCode) =>
        Refusal.Assert(exitCode, Tool.Run("id-ctrl", address), address);

    [Fact]
    public void A_controller_that_another_process_holds_names_the_process()
    {
        using var loan = Loan.Of(GuestController.Data512);
        using var holder = new PerfProcess(GuestController.Data512);

        var second = Tool.Run("id-ctrl", GuestController.Data512.Address);

        Refusal.Assert(Refusal.HeldByProcess, second, GuestController.Data512.Address, $"{holder.Id}");
        Assert.True(holder.IsRunning);
    }

    [Fact]
    public void Another_user_is_told_which_file_and_which_rule()
    {
        using var loan = Loan.Of(GuestController.Data512);

        var result = Tool.RunAsNobody(1 << 30, "id-ctrl", GuestController.Data512.Address);

        Refusal.Assert(Refusal.NoPermission, result, $"/dev/vfio/{GuestController.Data512.IommuGroup}", "udev");
    }

    [Fact]
    public void A_user_who_may_lock_too_little_memory_is_told_how_much_is_needed_and_allowed()
    {
        using var loan = GivenToNobody(GuestController.Data512);

        var result = Tool.RunAsNobody(65_536, "id-ctrl", GuestController.Data512.Address);

        Refusal.Assert(Refusal.MemlockTooSmall, result, "RLIMIT_MEMLOCK is 65,536 bytes", "ulimit -l");
    }

    [Fact]
    public void A_user_with_the_permission_and_the_memory_needs_no_root()
    {
        using var loan = GivenToNobody(GuestController.Data512);

        var result = Tool.RunAsNobody(1 << 30, "id-ctrl", GuestController.Data512.Address);

        Assert.Contains("DATA512", result.Succeeded().Output, StringComparison.Ordinal);
    }

    private static Loan GivenToNobody(GuestController controller)
    {
        var loan = Loan.Of(controller);
        ProcessResult.Of("chown", "65534", $"/dev/vfio/{controller.IommuGroup}").Succeeded();
        return loan;
    }
}
