// SPDX-License-Identifier: GPL-2.0-only
/// The host rewrites a slot of its ring at any moment: it is read once, with
/// devmed_copy_once(), and never looked at again.

virtual report

// What a backend may do with the base: set it, when it builds the ring.
@sets@
expression ring, e;
position p;
@@
(
 ring->host.base@p = e
|
 ring.host.base@p = e
)

@uses@
expression ring;
position p != sets.p;
@@
(
 ring->host.base@p
|
 ring.host.base@p
)

@script:python depends on report@
p << uses.p;
@@
coccilib.report.print_report(p[0], "the host ring is reached past devmed_queue_slot()")

@copies@
expression ring, dst, size;
position p;
@@
(
 devmed_copy_once(dst, devmed_queue_slot@p(&ring->host, ...), size)
|
 devmed_copy_once(dst, devmed_queue_slot@p(&ring.host, ...), size)
)

@reads@
expression ring;
position p != copies.p;
@@
(
 devmed_queue_slot@p(&ring->host, ...)
|
 devmed_queue_slot@p(&ring.host, ...)
)

@script:python depends on report@
p << reads.p;
@@
coccilib.report.print_report(p[0], "a slot of the host ring is read other than by devmed_copy_once()")

@again@
expression a, b, c, d, ring1, ring2;
position p;
@@
 devmed_copy_once(a, devmed_queue_slot(&ring1->host, ...), b)
 ...
 devmed_copy_once@p(c, devmed_queue_slot(&ring2->host, ...), d)

@script:python depends on report@
p << again.p;
@@
coccilib.report.print_report(p[0], "a slot of the host ring may be read a second time")

@base@
identifier f != {devmed_queue_slot, devmed_queue_is_valid};
struct devmed_queue *queue;
position p;
@@
 f(...)
 {
 <+...
 queue->base@p
 ...+>
 }

@script:python depends on report@
p << base.p;
@@
coccilib.report.print_report(p[0], "the slots of a queue are reached past devmed_queue_slot()")
