using UserNvme.Spec;

namespace UserNvme.Tests.Abi;

/// <summary>Our structures of the NVMe specification against libnvme's.</summary>
public class NvmeStructureTests(AbiProbe probe) : IClassFixture<AbiProbe>
{
    [Fact]
    public void Identify_controller_lies_as_in_libnvme() => StructComparison.AssertSame(probe, typeof(IdentifyController), "nvme_id_ctrl");

    [Fact]
    public void A_power_state_descriptor_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(PowerStateDescriptor), "nvme_id_psd");

    [Fact]
    public void Identify_namespace_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(IdentifyNamespace), "nvme_id_ns", absent: "vs");

    [Fact]
    public void An_lba_format_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(LbaFormat), "nvme_lbaf", new Dictionary<string, string> { ["Lbads"] = "ds" });

    [Fact]
    public void The_limits_of_the_nvm_command_set_lie_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(IdentifyControllerNvm), "nvme_id_ctrl_nvm");

    [Fact]
    public void A_dataset_management_range_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(DatasetManagementRange), "nvme_dsm_range", new Dictionary<string, string>
        {
            [nameof(DatasetManagementRange.ContextAttributes)] = "cattr",
            [nameof(DatasetManagementRange.LengthInBlocks)] = "nlb",
            [nameof(DatasetManagementRange.StartingLba)] = "slba",
        });

    [Fact]
    public void A_firmware_slot_log_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(FirmwareSlotLog), "nvme_firmware_slot");

    [Fact]
    public void An_error_log_entry_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(ErrorLogEntry), "nvme_error_log_page", new Dictionary<string, string>
        {
            [nameof(ErrorLogEntry.Cid)] = "cmdid",
            [nameof(ErrorLogEntry.ParameterErrorLocation)] = "parm_error_location",
            [nameof(ErrorLogEntry.VendorLogPage)] = "vs",
            [nameof(ErrorLogEntry.CommandSpecific)] = "cs",
            [nameof(ErrorLogEntry.TransportSpecific)] = "trtype_spec_info",
        });

    [Fact]
    public void A_smart_log_lies_as_in_libnvme() =>
        StructComparison.AssertSame(probe, typeof(SmartLog), "nvme_smart_log", new Dictionary<string, string>
        {
            [nameof(SmartLog.CompositeTemperature)] = "temperature",
            [nameof(SmartLog.AvailableSpare)] = "avail_spare",
            [nameof(SmartLog.AvailableSpareThreshold)] = "spare_thresh",
            [nameof(SmartLog.PercentageUsed)] = "percent_used",
            [nameof(SmartLog.EnduranceGroupCriticalWarning)] = "endu_grp_crit_warn_sumry",
            [nameof(SmartLog.HostReadCommands)] = "host_reads",
            [nameof(SmartLog.HostWriteCommands)] = "host_writes",
            [nameof(SmartLog.ControllerBusyTime)] = "ctrl_busy_time",
            [nameof(SmartLog.ErrorLogEntries)] = "num_err_log_entries",
            [nameof(SmartLog.WarningTemperatureTime)] = "warning_temp_time",
            [nameof(SmartLog.CriticalTemperatureTime)] = "critical_comp_time",
            [nameof(SmartLog.TemperatureSensors)] = "temp_sensor",
            [nameof(SmartLog.ThermalTransitions1)] = "thm_temp1_trans_count",
            [nameof(SmartLog.ThermalTransitions2)] = "thm_temp2_trans_count",
            [nameof(SmartLog.ThermalTime1)] = "thm_temp1_total_time",
            [nameof(SmartLog.ThermalTime2)] = "thm_temp2_total_time",
        });

    [Fact]
    public void Lists_are_as_long_as_in_libnvme()
    {
        Assert.Equal(NamespaceList.Size, probe.Number("nvme_ns_list.size"));
        Assert.Equal(ControllerList.Size, probe.Number("nvme_ctrl_list.size"));
        Assert.Equal(ControllerList.MaxCount * sizeof(ushort), probe.Number("nvme_ctrl_list.identifier.size"));
    }
}
