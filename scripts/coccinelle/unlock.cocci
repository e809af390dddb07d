// SPDX-License-Identifier: GPL-2.0-only
/// Every path out of a function releases the locks that it took. A function
/// named *_lock_* takes them for its caller.

virtual report

@for_caller@
identifier f =~ "_lock_";
position p;
@@
 f(...)
 {
 <+...
 hyp_spin_lock@p(...)
 ...+>
 }

@kept exists@
expression lock;
position p != for_caller.p;
position r;
@@
 hyp_spin_lock@p(lock);
 ... when != hyp_spin_unlock(lock)
 return@r ...;

@script:python depends on report@
p << kept.p;
r << kept.r;
@@
coccilib.report.print_report(r[0], "returns with the lock taken at line %s held" % p[0].line)

@pair exists@
position p, r;
@@
 devmed_lock_host_hyp@p();
 ... when != devmed_unlock_host_hyp()
 return@r ...;

@script:python depends on report@
p << pair.p;
r << pair.r;
@@
coccilib.report.print_report(r[0], "returns with the locks taken at line %s held" % p[0].line)
