# SPDX-License-Identifier: GPL-2.0-only
"""Limits of what one trap may do, and how the next one goes on, to take out. As in
mutations.py."""

SMMU = "drivers/devmed/smmuv3/hyp/smmu-"

HYP = "arch/arm64/kvm/hyp/nvhe/devmed/"

GICR = "drivers/devmed/its/hyp/gicr.c"

TIME_MUTATIONS = {
GICR: [
    ("T24", "idle-others", "idle_gicr_of_cpu",
     "if (gicr_is_of(instance, read_sysreg(mpidr_el1)))", "if (1)"),
],
HYP + "instance.c": [
    ("T24", "idle-all", "idle_smmu_untouched",
     "if (devmed_cpu_leaves() || !devmed_finalized())", "devmed_cpu_leaves();\n\tif (1)"),
    ("PW01", "idle-none", "idle_smmu_last_man",
     "if (devmed_cpu_leaves() || !devmed_finalized())", "devmed_cpu_leaves();\n\tif (0)"),
    ("PW01", "idle-system", "idle_system_suspend",
     "\tdevmed_cpu_leaves();\n\tdevmed_suspend_devices();", "\tdevmed_suspend();"),
    ("PW01", "idle-first-only", "idle_smmu_two_at_once",
     "\t\tdevmed_for_each(devmed_resume_region);\n\t\tWRITE_ONCE(devmed_woken, slept);",
     "\t\tWRITE_ONCE(devmed_woken, slept);\n\t\tdevmed_for_each(devmed_resume_region);"),
    ("D2", "idle-own", "idle_gicr_of_cpu",
     "} else if (READ_ONCE(devmed_wakes_watched)) {", "} else if (0) {"),
    ("T24", "idle-twice", "idle_any_order",
     "\tif (*runs)\n\t\treturn false;\n", ""),
],
HYP + "pool.c": [
    ("M14", "dma-refill-late", "idmap_pool_race_bbml2",
     "while (devmed_idmap_wants_spare() && ", "while (0 && "),
    ("T24", "time-topup", "pool_time_topup",
     "min(BIT(order) - devmed_topup.taken, DEVMED_TOPUP_PIECE)",
     "BIT(order) - devmed_topup.taken"),
    ("T24", "time-topup-early", "pool_time_topup",
     "if (ret <= 0)\n\t\tdevmed_end", "if (1)\n\t\tdevmed_end"),
    ("T24", "time-topup-lost", "pool_time_topup_fails",
     "if (ret <= 0)\n\t\tdevmed_end", "if (!ret)\n\t\tdevmed_end"),
    ("T24", "time-topup-other", "pool_time_topup_given_up",
     "if (devmed_topup.pfn != pfn || devmed_topup.order != order)\n", "if (0)\n"),
    ("T24", "time-topup-order", "pool_time_topup_given_up",
     "devmed_topup.pfn != pfn || devmed_topup.order != order", "devmed_topup.pfn != pfn"),
    ("T24", "time-topup-zero", "pool_time_topup",
     "\t\tmemset(hyp_phys_to_virt(hyp_pfn_to_phys(start)), 0,\n"
     "\t\t       count << PAGE_SHIFT);\n", ""),
    ("T24", "time-zeroing", "pool_time_free",
     "\tif (block)\n\t\tmemset(addr, 0, PAGE_SIZE << order);\n\n"
     "\thyp_spin_lock(&devmed_pool_lock);\n\tif (block) {\n",
     "\thyp_spin_lock(&devmed_pool_lock);\n\tif (block) {\n"
     "\t\tmemset(addr, 0, PAGE_SIZE << order);\n"),
],
HYP + "idmap-table.c": [
    ("T24", "time-merge", "idmap_time_merge",
     "\t\twork += same * MERGE_WORK_ENTRY;\n", ""),
    ("T24", "time-merge-leaves", "idmap_time_merge_blocks",
     "\t\t*work += MERGE_WORK_LEAF;\n", ""),
],
SMMU + "cmd.c": [
    ("T24", "time-commands", "smmu_time_doorbell",
     "SMMU_BATCH_CMDS),", "U32_MAX),"),
    ("T24", "time-config-commands", "smmu_time_doorbell",
     "\tsmmu->work += SMMU_WORK_RUN;\n", "\tsmmu->work = 0;\n"),
    ("T24", "time-config-dropped", "smmu_time_config_done",
     "\t\tif (!ret)\n\t\t\thost->cons =", "\t\tif (ret != -ENOMEM)\n\t\t\thost->cons ="),
    ("T24", "time-config-anew", "smmu_time_config_once",
     "if (smmu->walk.job == SMMU_JOB_CONFIG)\n\t\tbatch", "if (0)\n\t\tbatch"),
    ("T24", "time-enable-passed", "smmu_time_enable_changed",
     "\t\tsmmu->walk.next = 0;\n", "\t\t;\n"),
    ("T24", "time-disable-built", "smmu_time_disable_undone",
     "smmu->walk.job == SMMU_JOB_DISABLE ||", "0 ||"),
],
SMMU + "strtab.c": [
    ("T24", "time-walk", "smmu_time_enable",
     "\t\tif (smmu->work >= SMMU_TRAP_WORK)\n\t\t\treturn -EINPROGRESS;\n"
     "\t\tret = smmu_walk_step", "\t\tret = smmu_walk_step"),
    ("T24", "time-entries", "smmu_time_doorbell_live",
     "\t\tif (smmu->work >= SMMU_TRAP_WORK)\n\t\t\tbreak;\n", ""),
    ("T24", "time-span", "smmu_time_enable_empty",
     "*absent = (1U << cfg->split) - offset;", "*absent = 1;"),
    ("T24", "time-linear", "smmu_time_linear",
     "\t\tif (smmu->work >= SMMU_TRAP_WORK)\n\t\t\treturn -EINPROGRESS;\n"
     "\t\tsmmu->work += SMMU_WORK_L1;", ""),
    ("T24", "time-free", "smmu_time_disable",
     "\t\tif (smmu->work >= SMMU_TRAP_WORK)\n\t\t\treturn -EINPROGRESS;\n"
     "\t\tsmmu->work += SMMU_WORK_STE +", "\t\tsmmu->work += SMMU_WORK_STE +"),
],
SMMU + "ste.c": [
    ("T24", "time-live", "smmu_time_doorbell_live",
     "\t\tsmmu->work += 2 * SMMU_WORK_RUN;\n", "\t\t;\n"),
],
SMMU + "cr0.c": [
    ("T24", "time-undo-enable", "smmu_time_enable_undone",
     "\t    (smmu->walk.job == SMMU_JOB_ENABLE && !(smmu->cr0 & SMMU_CR0_SMMUEN)))",
     "\t    0)"),
    ("T24", "time-end-disable", "smmu_time_disable_undone",
     "if (smmu->walk.job == SMMU_JOB_DISABLE ||", "if (0 ||"),
    ("T24", "time-queue-gone", "smmu_time_config_once",
     "\t\tif (smmu->walk.job == SMMU_JOB_CONFIG)\n"
     "\t\t\tsmmu->walk.job = SMMU_JOB_NONE;\n", ""),
    ("T24", "time-ack-early", "smmu_time_disable",
     "\t\tif (!ret)\n\t\t\tsmmu->cr0ack &= ~SMMU_CR0_SMMUEN;",
     "\t\tsmmu->cr0ack &= ~SMMU_CR0_SMMUEN;"),
],
SMMU + "regs.c": [
    ("T24", "time-repeat", "smmu_time_config_done",
     "ret == -EINPROGRESS ? -EAGAIN : ret", "ret == -EINPROGRESS ? 0 : ret"),
    ("T24", "time-acknowledged", "smmu_time_gerrorn",
     "return smmu_or_repeat(smmu_drain_again(smmu));",
     "return acked ? smmu_or_repeat(smmu_drain_again(smmu)) : 0;"),
    ("T24", "time-new-doorbell", "smmu_time_walk_again",
     "\t\tsmmu->walk.all = false;\n", ""),
],
}
