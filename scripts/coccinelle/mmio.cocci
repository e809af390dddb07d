// SPDX-License-Identifier: GPL-2.0-only
/// An access of EL2 that a device answers with an abort is fatal, so there is
/// one place that makes them: the accessors of <nvhe/devmed_mmio.h>.

virtual report

@accessors@
identifier f =~ "^devmed_(read|write)(32|64)(_relaxed)?$";
identifier io =~ "^_*(raw_)?(read|write)[bwlq](_relaxed)?$";
position p;
@@
 f(...)
 {
 <+...
 io@p(...)
 ...+>
 }

@elsewhere@
identifier io =~ "^_*(raw_)?(read|write)[bwlq](_relaxed)?$";
position p != accessors.p;
@@
 io@p(...)

@script:python depends on report@
p << elsewhere.p;
io << elsewhere.io;
@@
coccilib.report.print_report(p[0], "%s() outside the accessors of <nvhe/devmed_mmio.h>" % io)
