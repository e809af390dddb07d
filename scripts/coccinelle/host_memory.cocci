// SPDX-License-Identifier: GPL-2.0-only
/// An address that the host chose is not dereferenced: memory of the host is
/// read with devmed_copy_from_host(), which checks whose it is, or as a slot of
/// a pinned ring.

virtual report

@maps@
identifier f =~ "^(hyp_fixmap_map|hyp_fixblock_map|__hyp_va|hyp_phys_to_virt|kern_hyp_va|phys_to_virt|__va)$";
idexpression x;
expression e;
position p;
@@
 x@p = f(e)

@direct@
identifier f =~ "^(hyp_fixmap_map|hyp_fixblock_map|__hyp_va|hyp_phys_to_virt|kern_hyp_va|phys_to_virt|__va)$";
identifier copy =~ "^(memcpy|memmove|memcmp|memchr|READ_ONCE|strscpy)$";
expression e;
expression list before, after;
position p;
@@
(
 copy@p(before, f(e), after)
|
 *f@p(e)
)

@script:python depends on report@
p << direct.p;
f << direct.f;
@@
coccilib.report.print_report(p[0], "what %s() gives is dereferenced without a check of its owner" % f)

@derefs@
idexpression maps.x;
identifier copy =~ "^(memcpy|memmove|memcmp|memchr|strscpy)$";
expression list before, after;
position p;
expression e;
identifier m;
@@
(
 copy@p(before, x, after)
|
 x@p->m
|
 *x@p
|
 x@p[e]
)

@script:python depends on report@
p << derefs.p;
@@
coccilib.report.print_report(p[0], "memory of the host is read other than by devmed_copy_once()")

// devmed_copy_once() itself only where the owner has been checked, or on a slot
// of a ring.
@checked@
position p;
expression dst, src, size;
@@
 get_host_state(...)
 ...
 devmed_copy_once@p(dst, src, size)

@slot@
position p;
expression dst, size;
@@
 devmed_copy_once@p(dst, devmed_queue_slot(...), size)

@unchecked@
position p != {checked.p, slot.p};
expression dst, src, size;
@@
 devmed_copy_once@p(dst, src, size)

@script:python depends on report@
p << unchecked.p;
@@
coccilib.report.print_report(p[0], "devmed_copy_once() from memory whose owner was not checked")
