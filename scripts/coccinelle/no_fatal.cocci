// SPDX-License-Identifier: GPL-2.0-only
/// EL2 may not stop for what the host does: at EL2 a failed assertion is a
/// hypervisor panic. There are none here at all, so that nobody has to prove
/// which of them the host can reach.
// hyp_assert_lock_held() is not one: it checks EL2's own code, under
// NVHE_EL2_DEBUG.

virtual report

@fatal@
identifier f =~ "^(BUG|BUG_ON|WARN|WARN_ON|WARN_ONCE|WARN_ON_ONCE|VM_BUG_ON|VM_WARN_ON|VM_WARN_ON_ONCE|panic|hyp_panic|__hyp_panic|nvhe_hyp_panic_handler|unreachable)$";
position p;
@@
 f@p(...)

@script:python depends on report@
p << fatal.p;
f << fatal.f;
@@
coccilib.report.print_report(p[0], "%s() stops EL2: return an error, ignore or fault instead" % f)
