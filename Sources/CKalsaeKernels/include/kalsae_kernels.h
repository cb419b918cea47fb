// The C kernels of Kalsae's CPU backend.
#ifndef KALSAE_KERNELS_H
#define KALSAE_KERNELS_H

#include "kls_isa.h"
#include "kls_tile.h"
#include "kls_parallel.h"
#include "kls_loop.h"
#include "kls_convolve.h"
#include "kls_pooled.h"
#include "kls_product.h"
#include "kls_attention.h"
#include "kls_arg.h"
#include "kls_peak.h"

#endif
