/* Structures of the NVMe specification, as libnvme lays them out. */
#include "probe.h"

#include <nvme/types.h>

static void nvme_id_ctrl(void)
{
    SIZE(nvme_id_ctrl);
    FIELD(nvme_id_ctrl, vid);
    FIELD(nvme_id_ctrl, ssvid);
    FIELD(nvme_id_ctrl, sn);
    FIELD(nvme_id_ctrl, mn);
    FIELD(nvme_id_ctrl, fr);
    FIELD(nvme_id_ctrl, rab);
    FIELD(nvme_id_ctrl, ieee);
    FIELD(nvme_id_ctrl, cmic);
    FIELD(nvme_id_ctrl, mdts);
    FIELD(nvme_id_ctrl, cntlid);
    FIELD(nvme_id_ctrl, ver);
    FIELD(nvme_id_ctrl, rtd3r);
    FIELD(nvme_id_ctrl, rtd3e);
    FIELD(nvme_id_ctrl, oaes);
    FIELD(nvme_id_ctrl, ctratt);
    FIELD(nvme_id_ctrl, rrls);
    FIELD(nvme_id_ctrl, cntrltype);
    FIELD(nvme_id_ctrl, fguid);
    FIELD(nvme_id_ctrl, crdt1);
    FIELD(nvme_id_ctrl, crdt2);
    FIELD(nvme_id_ctrl, crdt3);
    FIELD(nvme_id_ctrl, nvmsr);
    FIELD(nvme_id_ctrl, vwci);
    FIELD(nvme_id_ctrl, mec);
    FIELD(nvme_id_ctrl, oacs);
    FIELD(nvme_id_ctrl, acl);
    FIELD(nvme_id_ctrl, aerl);
    FIELD(nvme_id_ctrl, frmw);
    FIELD(nvme_id_ctrl, lpa);
    FIELD(nvme_id_ctrl, elpe);
    FIELD(nvme_id_ctrl, npss);
    FIELD(nvme_id_ctrl, avscc);
    FIELD(nvme_id_ctrl, apsta);
    FIELD(nvme_id_ctrl, wctemp);
    FIELD(nvme_id_ctrl, cctemp);
    FIELD(nvme_id_ctrl, mtfa);
    FIELD(nvme_id_ctrl, hmpre);
    FIELD(nvme_id_ctrl, hmmin);
    FIELD(nvme_id_ctrl, tnvmcap);
    FIELD(nvme_id_ctrl, unvmcap);
    FIELD(nvme_id_ctrl, rpmbs);
    FIELD(nvme_id_ctrl, edstt);
    FIELD(nvme_id_ctrl, dsto);
    FIELD(nvme_id_ctrl, fwug);
    FIELD(nvme_id_ctrl, kas);
    FIELD(nvme_id_ctrl, hctma);
    FIELD(nvme_id_ctrl, mntmt);
    FIELD(nvme_id_ctrl, mxtmt);
    FIELD(nvme_id_ctrl, sanicap);
    FIELD(nvme_id_ctrl, hmminds);
    FIELD(nvme_id_ctrl, hmmaxd);
    FIELD(nvme_id_ctrl, nsetidmax);
    FIELD(nvme_id_ctrl, endgidmax);
    FIELD(nvme_id_ctrl, anatt);
    FIELD(nvme_id_ctrl, anacap);
    FIELD(nvme_id_ctrl, anagrpmax);
    FIELD(nvme_id_ctrl, nanagrpid);
    FIELD(nvme_id_ctrl, pels);
    FIELD(nvme_id_ctrl, domainid);
    FIELD(nvme_id_ctrl, megcap);
    FIELD(nvme_id_ctrl, sqes);
    FIELD(nvme_id_ctrl, cqes);
    FIELD(nvme_id_ctrl, maxcmd);
    FIELD(nvme_id_ctrl, nn);
    FIELD(nvme_id_ctrl, oncs);
    FIELD(nvme_id_ctrl, fuses);
    FIELD(nvme_id_ctrl, fna);
    FIELD(nvme_id_ctrl, vwc);
    FIELD(nvme_id_ctrl, awun);
    FIELD(nvme_id_ctrl, awupf);
    FIELD(nvme_id_ctrl, icsvscc);
    FIELD(nvme_id_ctrl, nwpc);
    FIELD(nvme_id_ctrl, acwu);
    FIELD(nvme_id_ctrl, ocfs);
    FIELD(nvme_id_ctrl, sgls);
    FIELD(nvme_id_ctrl, mnan);
    FIELD(nvme_id_ctrl, maxdna);
    FIELD(nvme_id_ctrl, maxcna);
    FIELD(nvme_id_ctrl, subnqn);
    FIELD(nvme_id_ctrl, ioccsz);
    FIELD(nvme_id_ctrl, iorcsz);
    FIELD(nvme_id_ctrl, icdoff);
    FIELD(nvme_id_ctrl, fcatt);
    FIELD(nvme_id_ctrl, msdbd);
    FIELD(nvme_id_ctrl, ofcs);
    FIELD(nvme_id_ctrl, dctype);
    FIELD(nvme_id_ctrl, psd);
    FIELD(nvme_id_ctrl, vs);
}

static void nvme_id_psd(void)
{
    SIZE(nvme_id_psd);
    FIELD(nvme_id_psd, mp);
    FIELD(nvme_id_psd, flags);
    FIELD(nvme_id_psd, enlat);
    FIELD(nvme_id_psd, exlat);
    FIELD(nvme_id_psd, rrt);
    FIELD(nvme_id_psd, rrl);
    FIELD(nvme_id_psd, rwt);
    FIELD(nvme_id_psd, rwl);
    FIELD(nvme_id_psd, idlp);
    FIELD(nvme_id_psd, ips);
    FIELD(nvme_id_psd, actp);
    FIELD(nvme_id_psd, apws);
}

static void nvme_id_ns(void)
{
    SIZE(nvme_id_ns);
    FIELD(nvme_id_ns, nsze);
    FIELD(nvme_id_ns, ncap);
    FIELD(nvme_id_ns, nuse);
    FIELD(nvme_id_ns, nsfeat);
    FIELD(nvme_id_ns, nlbaf);
    FIELD(nvme_id_ns, flbas);
    FIELD(nvme_id_ns, mc);
    FIELD(nvme_id_ns, dpc);
    FIELD(nvme_id_ns, dps);
    FIELD(nvme_id_ns, nmic);
    FIELD(nvme_id_ns, rescap);
    FIELD(nvme_id_ns, fpi);
    FIELD(nvme_id_ns, dlfeat);
    FIELD(nvme_id_ns, nawun);
    FIELD(nvme_id_ns, nawupf);
    FIELD(nvme_id_ns, nacwu);
    FIELD(nvme_id_ns, nabsn);
    FIELD(nvme_id_ns, nabo);
    FIELD(nvme_id_ns, nabspf);
    FIELD(nvme_id_ns, noiob);
    FIELD(nvme_id_ns, nvmcap);
    FIELD(nvme_id_ns, npwg);
    FIELD(nvme_id_ns, npwa);
    FIELD(nvme_id_ns, npdg);
    FIELD(nvme_id_ns, npda);
    FIELD(nvme_id_ns, nows);
    FIELD(nvme_id_ns, mssrl);
    FIELD(nvme_id_ns, mcl);
    FIELD(nvme_id_ns, msrc);
    FIELD(nvme_id_ns, nulbaf);
    FIELD(nvme_id_ns, anagrpid);
    FIELD(nvme_id_ns, nsattr);
    FIELD(nvme_id_ns, nvmsetid);
    FIELD(nvme_id_ns, endgid);
    FIELD(nvme_id_ns, nguid);
    FIELD(nvme_id_ns, eui64);
    FIELD(nvme_id_ns, lbaf);
    FIELD(nvme_id_ns, lbstm);
    FIELD(nvme_id_ns, vs);
}

static void nvme_lbaf(void)
{
    SIZE(nvme_lbaf);
    FIELD(nvme_lbaf, ms);
    FIELD(nvme_lbaf, ds);
    FIELD(nvme_lbaf, rp);
}

static void nvme_id_ctrl_nvm(void)
{
    SIZE(nvme_id_ctrl_nvm);
    FIELD(nvme_id_ctrl_nvm, vsl);
    FIELD(nvme_id_ctrl_nvm, wzsl);
    FIELD(nvme_id_ctrl_nvm, wusl);
    FIELD(nvme_id_ctrl_nvm, dmrl);
    FIELD(nvme_id_ctrl_nvm, dmrsl);
    FIELD(nvme_id_ctrl_nvm, dmsl);
}

static void nvme_smart_log(void)
{
    SIZE(nvme_smart_log);
    FIELD(nvme_smart_log, critical_warning);
    FIELD(nvme_smart_log, temperature);
    FIELD(nvme_smart_log, avail_spare);
    FIELD(nvme_smart_log, spare_thresh);
    FIELD(nvme_smart_log, percent_used);
    FIELD(nvme_smart_log, endu_grp_crit_warn_sumry);
    FIELD(nvme_smart_log, data_units_read);
    FIELD(nvme_smart_log, data_units_written);
    FIELD(nvme_smart_log, host_reads);
    FIELD(nvme_smart_log, host_writes);
    FIELD(nvme_smart_log, ctrl_busy_time);
    FIELD(nvme_smart_log, power_cycles);
    FIELD(nvme_smart_log, power_on_hours);
    FIELD(nvme_smart_log, unsafe_shutdowns);
    FIELD(nvme_smart_log, media_errors);
    FIELD(nvme_smart_log, num_err_log_entries);
    FIELD(nvme_smart_log, warning_temp_time);
    FIELD(nvme_smart_log, critical_comp_time);
    FIELD(nvme_smart_log, temp_sensor);
    FIELD(nvme_smart_log, thm_temp1_trans_count);
    FIELD(nvme_smart_log, thm_temp2_trans_count);
    FIELD(nvme_smart_log, thm_temp1_total_time);
    FIELD(nvme_smart_log, thm_temp2_total_time);
}

static void nvme_error_log_page(void)
{
    SIZE(nvme_error_log_page);
    FIELD(nvme_error_log_page, error_count);
    FIELD(nvme_error_log_page, sqid);
    FIELD(nvme_error_log_page, cmdid);
    FIELD(nvme_error_log_page, status_field);
    FIELD(nvme_error_log_page, parm_error_location);
    FIELD(nvme_error_log_page, lba);
    FIELD(nvme_error_log_page, nsid);
    FIELD(nvme_error_log_page, vs);
    FIELD(nvme_error_log_page, trtype);
    FIELD(nvme_error_log_page, cs);
    FIELD(nvme_error_log_page, trtype_spec_info);
}

static void nvme_firmware_slot(void)
{
    SIZE(nvme_firmware_slot);
    FIELD(nvme_firmware_slot, afi);
    FIELD(nvme_firmware_slot, frs);
}

static void nvme_dsm_range(void)
{
    SIZE(nvme_dsm_range);
    FIELD(nvme_dsm_range, cattr);
    FIELD(nvme_dsm_range, nlb);
    FIELD(nvme_dsm_range, slba);
}

static void lists(void)
{
    SIZE(nvme_ns_list);
    SIZE(nvme_ctrl_list);
    FIELD(nvme_ctrl_list, identifier);
    SIZE(nvme_ns_id_desc);
    FIELD(nvme_ns_id_desc, nidt);
    FIELD(nvme_ns_id_desc, nidl);
}

void print_nvme_structures(void)
{
    nvme_id_ctrl();
    nvme_id_psd();
    nvme_id_ns();
    nvme_lbaf();
    nvme_id_ctrl_nvm();
    nvme_smart_log();
    nvme_error_log_page();
    nvme_firmware_slot();
    nvme_dsm_range();
    lists();
}
