// SPDX-License-Identifier: GPL-2.0-only
/// A function named *_locked asserts the lock that it needs.

virtual report

@asserts@
identifier f =~ "_locked$";
position p;
@@
 f@p(...)
 {
 <+...
 hyp_assert_lock_held(...)
 ...+>
 }

@lacks@
identifier f =~ "_locked$";
position p != asserts.p;
@@
 f@p(...)
 {
 ...
 }

@script:python depends on report@
p << lacks.p;
f << lacks.f;
@@
coccilib.report.print_report(p[0], "%s() does not call hyp_assert_lock_held()" % f)
