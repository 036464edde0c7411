#ifndef WINDTUNNEL_CGSL_H
#define WINDTUNNEL_CGSL_H

/* OpenBLAS's CBLAS, which the program is linked against, in place of GSL's own: each header defines the same enumerations,
   and Clang refuses two definitions of one name in modules that are imported together. */
#include <cblas.h>
#define __GSL_CBLAS_H__

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_interp.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_erf.h>

/* GSL's type pointers are mutable globals, which Swift 6 does not let concurrent code read: hand them out by value. */
static inline const gsl_rng_type *windtunnel_rng_mt19937(void) { return gsl_rng_mt19937; }
static inline const gsl_rng_type *windtunnel_rng_taus2(void) { return gsl_rng_taus2; }
static inline const gsl_qrng_type *windtunnel_qrng_sobol(void) { return gsl_qrng_sobol; }
static inline const gsl_interp_type *windtunnel_interp_akima(void) { return gsl_interp_akima; }
static inline const gsl_multifit_nlinear_type *windtunnel_multifit_trust(void) { return gsl_multifit_nlinear_trust; }

#endif
