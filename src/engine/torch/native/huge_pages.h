// Memory in pages of two megabytes where the system grants them. A training step streams through parameters, moments and activations; with pages
// of 4 KB, most of all in a virtual machine, where every translation is two, finding the pages takes longer than reading them. Linux grants large
// ones unasked or, as on many distributions, to who asks.
#pragma once

namespace retort {

// What the heap grows by for tensors on the CPU, and mappings of large ones, are asked for in such pages from now on. Elsewhere than on Linux with
// glibc it does nothing.
void askForHugePages();

}  // namespace retort
