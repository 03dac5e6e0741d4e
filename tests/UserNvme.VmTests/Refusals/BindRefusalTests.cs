using UserNvme.VmTests.Guest;

namespace UserNvme.VmTests.Refusals;

/// <summary>What `usernvme bind` and `unbind` do not do, and that the disk works on as if nothing had been asked.</summary>
public class BindRefusalTests
{
    [Fact]
    public void A_device_that_does_not_exist_is_refused() =>
        Refusal.Assert(Refusal.NoSuchDevice, Tool.Run("bind", "0000:7f:00.0"), "0000:7f:00.0");

    [Fact]
    public void A_device_that_is_not_an_NVMe_controller_is_refused() =>
        Refusal.Assert(Refusal.NotNvme, Tool.Run("bind", "0000:00:1f.2"), "0000:00:1f.2");

    [Fact]
    public void A_mounted_disk_is_refused_and_stays_mounted()
    {
        var disk = KernelDisk.PathOf(GuestController.Many);
        var folder = Directory.CreateTempSubdirectory().FullName;
        ProcessResult.Of("mkfs.ext4", "-q", "-F", disk).Succeeded();
        ProcessResult.Of("mount", disk, folder).Succeeded();
        try
        {
            var result = Tool.Run("bind", GuestController.Many.Address);

            Refusal.Assert(Refusal.DiskInUse, result, GuestController.Many.Address, Path.GetFileName(disk), folder);
            File.WriteAllText($"{folder}/file", "still here");
            ProcessResult.Of("sync", "-f", folder).Succeeded();
            Assert.Equal("nvme", GuestController.Many.Driver);
        }
        finally
        {
            ProcessResult.Of("umount", folder).Succeeded();
        }
    }

    [Fact]
    public void A_disk_used_as_swap_is_refused()
    {
        var disk = KernelDisk.PathOf(GuestController.Many);
        ProcessResult.Of("wipefs", "-a", disk).Succeeded();
        ProcessResult.Of("mkswap", disk).Succeeded();
        ProcessResult.Of("swapon", disk).Succeeded();
        try
        {
            var result = Tool.Run("bind", GuestController.Many.Address);

            Refusal.Assert(Refusal.DiskInUse, result, GuestController.Many.Address, Path.GetFileName(disk), "swap");
            Assert.Contains(disk, File.ReadAllText("/proc/swaps"), StringComparison.Ordinal);
        }
        finally
        {
            ProcessResult.Of("swapoff", disk).Succeeded();
            ProcessResult.Of("wipefs", "-a", disk).Succeeded();
        }
    }

    [Fact]
    public void One_of_two_functions_of_a_group_is_refused_and_both_together_are_not()
    {
        var one = Tool.Run("bind", GuestController.Twin0.Address);
        using var both = Loan.Of(GuestController.Twin0, GuestController.Twin1);

        Refusal.Assert(Refusal.GroupNotViable, one, GuestController.Twin0.Address, $"{GuestController.Twin1.Address} (nvme)");
    }

    [Fact]
    public void A_controller_in_use_is_not_taken_away_from_its_process()
    {
        using var loan = Loan.Of(GuestController.Data512);
        using var holder = new PerfProcess(GuestController.Data512);

        var unbind = Tool.Run("unbind", GuestController.Data512.Address);

        Refusal.Assert(Refusal.HeldByProcess, unbind, GuestController.Data512.Address, $"{holder.Id}");
        Assert.True(holder.IsRunning);
    }
}
