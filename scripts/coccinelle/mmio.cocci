// SPDX-License-Identifier: GPL-2.0-only
/// A device may answer an access of EL2 with an abort, which is fatal unless the
/// instruction is in the exception table. So there is one place that makes them, the
/// accessors of <nvhe/devmed_mmio.h>, by the loads and stores of <nvhe/devmed_raw.h>.

virtual report

@accessors@
identifier f =~ "^devmed_(read|write)(32|64)(_relaxed)?$";
identifier io =~ "^devmed_raw_(read|write)(32|64)$";
position p;
@@
 f(...)
 {
 <+...
 io@p(...)
 ...+>
 }

@elsewhere@
identifier io =~ "^(_*(raw_)?(read|write)[bwlq](_relaxed)?|devmed_raw_(read|write)(32|64))$";
position p != accessors.p;
@@
 io@p(...)

@script:python depends on report@
p << elsewhere.p;
io << elsewhere.io;
@@
coccilib.report.print_report(p[0], "%s() outside the accessors of <nvhe/devmed_mmio.h>" % io)
