using System.Globalization;
using System.Text.Json;
using UserNvme.Spec;
using UserNvme.Tests.Golden;

namespace UserNvme.Tests.Spec;

/// <summary>Structures as devices sent them, against what nvme-cli reads in the same bytes.</summary>
public class GoldenBytesTests
{
    [Theory]
    [InlineData("qemu-one")]
    [InlineData("qemu-several")]
    [InlineData("every-field")]
    public void A_smart_log_reads_as_in_nvme_cli(string capture)
    {
        JsonElement theirs = GoldenFile.Json(capture + "/smart.json");

        SmartLog ours = SmartLog.Parse(GoldenFile.Bytes(capture + "/smart.bin"));

        Assert.Equal(Int("critical_warning"), ours.CriticalWarning);
        Assert.Equal(Int("temperature"), ours.CompositeTemperature);
        Assert.Equal(Int("avail_spare"), ours.AvailableSpare);
        Assert.Equal(Int("spare_thresh"), ours.AvailableSpareThreshold);
        Assert.Equal(Int("percent_used"), ours.PercentageUsed);
        Assert.Equal(Int("endurance_grp_critical_warning_summary"), ours.EnduranceGroupCriticalWarning);
        Assert.Equal(Big("data_units_read"), ours.DataUnitsRead);
        Assert.Equal(Big("data_units_written"), ours.DataUnitsWritten);
        Assert.Equal(Big("host_read_commands"), ours.HostReadCommands);
        Assert.Equal(Big("host_write_commands"), ours.HostWriteCommands);
        Assert.Equal(Big("controller_busy_time"), ours.ControllerBusyTime);
        Assert.Equal(Big("power_cycles"), ours.PowerCycles);
        Assert.Equal(Big("power_on_hours"), ours.PowerOnHours);
        Assert.Equal(Big("unsafe_shutdowns"), ours.UnsafeShutdowns);
        Assert.Equal(Big("media_errors"), ours.MediaErrors);
        Assert.Equal(Big("num_err_log_entries"), ours.ErrorLogEntries);
        Assert.Equal(Int("warning_temp_time"), (int)ours.WarningTemperatureTime);
        Assert.Equal(Int("critical_comp_time"), (int)ours.CriticalTemperatureTime);
        Assert.Equal(Int("thm_temp1_trans_count"), (int)ours.ThermalTransitions1);
        Assert.Equal(Int("thm_temp2_trans_count"), (int)ours.ThermalTransitions2);
        Assert.Equal(Int("thm_temp1_total_time"), (int)ours.ThermalTime1);
        Assert.Equal(Int("thm_temp2_total_time"), (int)ours.ThermalTime2);
        for (int i = 0; i < TemperatureSensors.Length; i++)
        {
            bool shown = theirs.TryGetProperty($"temperature_sensor_{i + 1}", out JsonElement sensor);
            Assert.Equal(shown ? sensor.GetInt32() : 0, ours.TemperatureSensors[i]);
        }

        int Int(string name) => theirs.GetProperty(name).GetInt32();
        NvmeUInt128 Big(string name) => UInt128.Parse(theirs.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("qemu-one")]
    [InlineData("qemu-several")]
    [InlineData("every-field")]
    public void An_error_log_entry_reads_as_in_nvme_cli(string capture)
    {
        JsonElement theirs = GoldenFile.Json(capture + "/error.json").GetProperty("errors")[0];

        ErrorLogEntry ours = ErrorLogEntry.Parse(GoldenFile.Bytes(capture + "/error.bin"));

        Assert.Equal(theirs.GetProperty("error_count").GetUInt64(), ours.ErrorCount);
        Assert.Equal(theirs.GetProperty("sqid").GetInt32(), ours.Sqid);
        Assert.Equal(theirs.GetProperty("cmdid").GetInt32(), ours.Cid);
        Assert.Equal(theirs.GetProperty("status_field").GetInt32(), ours.Status.Value);
        Assert.Equal(theirs.GetProperty("parm_error_location").GetInt32(), ours.ParameterErrorLocation);
        Assert.Equal(theirs.GetProperty("lba").GetUInt64(), ours.Lba);
        Assert.Equal(theirs.GetProperty("nsid").GetInt32(), (int)ours.Nsid);
        Assert.Equal(theirs.GetProperty("vs").GetInt32(), ours.VendorLogPage);
        Assert.Equal(theirs.GetProperty("trtype").GetInt32(), ours.Trtype);
        Assert.Equal(theirs.GetProperty("cs").GetUInt64(), ours.CommandSpecific);
        Assert.Equal(theirs.GetProperty("trtype_spec_info").GetInt32(), ours.TransportSpecific);
    }

    [Fact]
    public void A_firmware_slot_log_tells_slot_and_revisions()
    {
        FirmwareSlotLog log = FirmwareSlotLog.Parse(GoldenFile.Bytes("qemu-one/fw.bin"));

        Assert.Equal(1, log.ActiveSlot);
        Assert.Equal(0, log.NextSlot);
        Assert.Equal("1.0", log.Revision(1));
        Assert.Equal("", log.Revision(7));
    }

    [Fact]
    public void The_revisions_of_all_slots_read_as_in_nvme_cli()
    {
        JsonElement theirs = GoldenFile.Json("every-field/fw.json").GetProperty("null");

        FirmwareSlotLog log = FirmwareSlotLog.Parse(GoldenFile.Bytes("every-field/fw.bin"));

        Assert.Equal(theirs.GetProperty("Active Firmware Slot (afi)").GetInt32(), log.Afi);
        for (int slot = 1; slot <= FirmwareRevisions.Length; slot++)
        {
            string shown = theirs.GetProperty($"Firmware Rev Slot {slot}").GetString()!.Split(' ')[0];
            Assert.Equal(ulong.Parse(shown, CultureInfo.InvariantCulture), BitConverter.ToUInt64(log.Frs[slot - 1]));
        }
    }

    [Fact]
    public void An_active_namespace_list_has_sparse_identifiers()
    {
        bool valid = NamespaceList.TryParse(GoldenFile.Bytes("qemu-several/active-list.bin"), after: default, out NamespaceId[] namespaces);

        Assert.True(valid);
        Assert.Equal([new(1), new(3), new(7)], namespaces);
    }

    [Fact]
    public void Namespace_descriptors_tell_eui64_uuid_and_command_set()
    {
        Assert.True(NamespaceDescriptors.TryParse(GoldenFile.Bytes("qemu-several/ns-descs-1.bin"), out NamespaceDescriptors? first));
        Assert.True(NamespaceDescriptors.TryParse(GoldenFile.Bytes("qemu-several/ns-descs-3.bin"), out NamespaceDescriptors? third));

        Assert.Equal("0011223344556677", Convert.ToHexString(first!.Eui64.Span));
        Assert.Null(first.Uuid);
        Assert.Equal(Guid.Parse("6b1c2f4e-0d3a-4f8e-9c55-2a7d8e1f0b42"), third!.Uuid);
        Assert.Equal(CommandSetIdentifier.Nvm, third.CommandSet);
    }

    [Fact]
    public void Limits_of_the_nvm_command_set_are_those_of_qemu()
    {
        IdentifyControllerNvm limits = IdentifyControllerNvm.Parse(GoldenFile.Bytes("qemu-several/id-ctrl-nvm.bin"));

        // QEMU: vsl=7 by default, DMRL 256 ranges (in 8 bits: 0), DMRSL what a 32-bit byte count allows.
        Assert.Equal(7, limits.Vsl);
        Assert.Equal(512 * 1024, limits.MaxVerifyLength(default));
        Assert.Null(limits.MaxWriteZeroesLength(default));
        Assert.Equal(0x7FFFFu, limits.Dmrsl);
    }

    [Theory]
    [InlineData("qemu-one/id-ns-1.bin", 512, 0, false)]
    [InlineData("qemu-several/id-ns-1.bin", 4096, 0, false)]
    [InlineData("qemu-several/id-ns-7.bin", 512, 8, true)]
    public void The_format_in_use_is_found(string capture, int blockSize, int metadata, bool isProtected)
    {
        IdentifyNamespace ns = IdentifyNamespace.Parse(GoldenFile.Bytes(capture));

        Assert.True(ns.TryGetFormat(out LbaFormat format, out int bytes));
        Assert.Equal(blockSize, bytes);
        Assert.Equal(metadata, format.Ms);
        Assert.Equal(isProtected, ns.ProtectionType != 0);
    }

    [Fact]
    public void A_controller_of_qemu_is_what_it_says()
    {
        IdentifyController controller = IdentifyController.Parse(GoldenFile.Bytes("qemu-several/id-ctrl.bin"));

        Assert.Equal("multi", controller.SerialNumber);
        Assert.Equal("QEMU NVMe Ctrl", controller.ModelNumber);
        Assert.Equal("nqn.2019-08.org.qemu:multi", controller.SubsystemNqn);
        Assert.Equal("1.4.0", controller.Version.ToString());
        Assert.Equal(128 * 1024, controller.MaxTransferLength(default));
        Assert.True(controller.SupportsNvmEntrySizes);
        Assert.True(controller.IsIoController);
        Assert.True(controller.HasVolatileWriteCache);
        Assert.True(controller.SupportsWriteZeroes);
        Assert.True(controller.SupportsDatasetManagement);
        Assert.False(controller.SupportsVerify);
    }
}
