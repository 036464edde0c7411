#include "CVectorMath.h"

#include <math.h>

/* The functions that pass whole vectors are all inlined, so no calling convention is at stake. */
#pragma clang diagnostic ignored "-Wpsabi"

/* a*b + c may become one rounding where the processor has it. */
#pragma STDC FP_CONTRACT ON

#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)

#define NAME(f) PASTE(f, baseline)
#include "kernels.h"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(f) PASTE(f, avx2)
#include "kernels.h"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define NAME(f) PASTE(f, avx512)
#include "kernels.h"
#undef NAME
#pragma clang attribute pop

/* 2: AVX-512, 1: AVX2 with FMA, 0: neither. Asking twice from two threads gives the same answer. */
static int level(void) {
  static _Atomic int known = -1;
  int found = known;
  if (found < 0) {
    __builtin_cpu_init();
    found = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                ? 2
                : (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0);
    known = found;
  }
  return found;
}

#define DISPATCH(call_name, ...)                                  \
  switch (level()) {                                              \
    case 2: return PASTE(call_name, avx512)(__VA_ARGS__);         \
    case 1: return PASTE(call_name, avx2)(__VA_ARGS__);           \
    default: return PASTE(call_name, baseline)(__VA_ARGS__);      \
  }
#else
#define DISPATCH(call_name, ...) return PASTE(call_name, baseline)(__VA_ARGS__);
#endif

void wt_run(const wt_instruction *instructions, int32_t count, double *const *vectors, const double *scalars,
            int32_t rows) {
  DISPATCH(wt_run, instructions, count, vectors, scalars, rows)
}

double wt_charges(const wt_charge *charge, const double *prediction, const double *observation, const double *weight,
                  double *d1, double *d2, int32_t rows) {
  DISPATCH(wt_charges, charge, prediction, observation, weight, d1, d2, rows)
}

double wt_squares(const double *prediction, const double *observation, const double *scale, const double *weight,
                  double *d1, double *d2, int32_t rows) {
  DISPATCH(wt_squares, prediction, observation, scale, weight, d1, d2, rows)
}

void wt_charge_rows(const wt_charge *charge, const double *prediction, const double *observation, double *out,
                    int32_t rows) {
  DISPATCH(wt_charge_rows, charge, prediction, observation, out, rows)
}

void wt_normal_sums(const double *d1, const double *d2, const double *const *jacobian, int32_t p, double *gradient,
                    double *hessian, double *work, int32_t rows) {
  DISPATCH(wt_normal_sums, d1, d2, jacobian, p, gradient, hessian, work, rows)
}

void wt_scores(const double *weights, const double *charges, double *scores, int32_t rows, int32_t columns) {
  DISPATCH(wt_scores, weights, charges, scores, rows, columns)
}

double wt_dot(const double *a, const double *b, int32_t rows) { DISPATCH(wt_dot, a, b, rows) }
