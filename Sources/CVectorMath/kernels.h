/* The kernels, written once over eight lanes and included once for each instruction set (see CVectorMath.c).
 * Plain loops over vectors of doubles: the compiler splits the vectors where the processor's are shorter. */

typedef double NAME(lanes) __attribute__((vector_size(64)));
typedef int64_t NAME(bits) __attribute__((vector_size(64)));
#define lanes NAME(lanes)
#define bits NAME(bits)

#define INLINE static inline __attribute__((always_inline))

INLINE lanes NAME(splat)(double x) { return (lanes){x, x, x, x, x, x, x, x}; }
INLINE bits NAME(splat_bits)(int64_t x) { return (bits){x, x, x, x, x, x, x, x}; }
INLINE lanes NAME(load)(const double *p) {
  lanes v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
INLINE void NAME(store)(double *p, lanes v) { __builtin_memcpy(p, &v, sizeof v); }
INLINE lanes NAME(choose)(bits mask, lanes yes, lanes no) { return (lanes)((mask & (bits)yes) | (~mask & (bits)no)); }
INLINE double NAME(total)(lanes v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }
INLINE lanes NAME(magnitude)(lanes x) { return (lanes)((bits)x & NAME(splat_bits)(0x7fffffffffffffffLL)); }
#define splat NAME(splat)
#define splat_bits NAME(splat_bits)
#define load NAME(load)
#define store NAME(store)
#define choose NAME(choose)
#define total NAME(total)
#define magnitude NAME(magnitude)

/* exp by Cody and Waite's reduction to |r| <= log(2)/2 and the Taylor series to r^13, whose remainder is 4e-18. */
INLINE lanes NAME(exp)(lanes x) {
  const lanes shift = splat(0x1.8p52);
  lanes clamped = choose(x > splat(709.8), splat(709.8), x);
  clamped = choose(clamped < splat(-745.2), splat(-745.2), clamped);
  lanes shifted = clamped * splat(0x1.71547652b82fep0) + shift;
  lanes k = shifted - shift;
  lanes r = clamped - k * splat(0x1.62e42feep-1);
  r = r - k * splat(0x1.a39ef35793c76p-33);
  lanes r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
  lanes q0 = splat(1) + r;
  lanes q1 = splat(1.0 / 2) + r * splat(1.0 / 6);
  lanes q2 = splat(1.0 / 24) + r * splat(1.0 / 120);
  lanes q3 = splat(1.0 / 720) + r * splat(1.0 / 5040);
  lanes q4 = splat(1.0 / 40320) + r * splat(1.0 / 362880);
  lanes q5 = splat(1.0 / 3628800) + r * splat(1.0 / 39916800);
  lanes q6 = splat(1.0 / 479001600) + r * splat(1.0 / 6227020800);
  lanes low = (q0 + r2 * q1) + r4 * (q2 + r2 * q3);
  lanes high = (q4 + r2 * q5) + r4 * q6;
  lanes p = low + r8 * high;
  /* 2^k as a product of two powers, so that neither leaves the range of normal numbers. */
  bits n = (bits)shifted - (bits)shift;
  bits half = n >> 1;
  lanes scale1 = (lanes)((half + 1023) << 52), scale2 = (lanes)((n - half + 1023) << 52);
  lanes y = p * scale1 * scale2;
  y = choose(x > splat(0x1.62e42fefa39efp9), splat(__builtin_inf()), y);
  y = choose(x < splat(-745.2), splat(0), y);
  return choose(x != x, x, y);
}

/* log by x = 2^k m with m about 1, log m = 2 atanh((m-1)/(m+1)): the minimax coefficients of Sun's fdlibm. */
INLINE lanes NAME(log)(lanes x) {
  bits tiny = x < splat(0x1p-1022);
  lanes scaled = choose(tiny, x * splat(0x1p54), x);
  bits u = (bits)scaled - splat_bits(0x3fe6a09e00000000LL);
  bits k = (u >> 52) - (tiny & 54);
  lanes m = (lanes)((u & splat_bits(0x000fffffffffffffLL)) + splat_bits(0x3fe6a09e00000000LL));
  /* k as a double, through the bits of 1.5 * 2^52 + k. */
  lanes kd = (lanes)(k + (bits)splat(0x1.8p52)) - splat(0x1.8p52);
  lanes f = m - splat(1);
  lanes s = f / (splat(2) + f);
  lanes z = s * s, w = z * z;
  lanes t1 = w * (splat(3.999999999940941908e-01) + w * (splat(2.222219843214978396e-01) + w * splat(1.531383769920937332e-01)));
  lanes t2 = z * (splat(6.666666666666735130e-01) + w * (splat(2.857142874366239149e-01) +
                  w * (splat(1.818357216161805012e-01) + w * splat(1.479819860511658591e-01))));
  lanes half = splat(0.5) * f * f;
  lanes y = kd * splat(6.93147180369123816490e-01) -
            ((half - (s * (half + (t1 + t2)) + kd * splat(1.90821492927058770002e-10))) - f);
  y = choose(x == splat(0), splat(-__builtin_inf()), y);
  y = choose(x < splat(0), splat(__builtin_nan("")), y);
  bits whole = (x == splat(__builtin_inf())) | (x != x);
  return choose(whole, x, y);
}
#define vexp NAME(exp)
#define vlog NAME(log)

/* The less common functions go lane by lane through the C library. */
#define LIBRARY(function)                                         \
  INLINE lanes NAME(lane_##function)(lanes x) {                   \
    lanes y;                                                      \
    for (int i = 0; i < WT_LANES; i++) y[i] = function(x[i]);     \
    return y;                                                     \
  }
LIBRARY(sqrt) LIBRARY(expm1) LIBRARY(log1p) LIBRARY(tanh) LIBRARY(sin) LIBRARY(cos) LIBRARY(atan)
#undef LIBRARY

#define truth(mask) ((lanes)((bits)(mask) & (bits)splat(1)))

INLINE lanes NAME(minimum)(lanes x, lanes y) { return choose((x < y) | (x != x), x, y); }
INLINE lanes NAME(maximum)(lanes x, lanes y) { return choose((x > y) | (x != x), x, y); }
INLINE lanes NAME(logaddexp)(lanes x, lanes y) {
  lanes larger = NAME(maximum)(x, y);
  lanes gap = magnitude(x - y);
  /* Where both are the same infinity the gap is NaN and the larger is the answer. */
  lanes sum = larger + NAME(lane_log1p)(vexp(-gap));
  return choose(((x == y) & (magnitude(x) == splat(__builtin_inf()))), larger, sum);
}

#define UNARY(code, expression)                                   \
  case code:                                                      \
    if (in.a >= 0) {                                              \
      const double *pa = vectors[in.a];                           \
      for (int32_t i = 0; i < rows; i += WT_LANES) {              \
        lanes x = load(pa + i);                                   \
        store(out + i, expression);                               \
      }                                                           \
    } else {                                                      \
      lanes x = splat(scalars[~in.a]);                            \
      lanes y = expression;                                       \
      for (int32_t i = 0; i < rows; i += WT_LANES) store(out + i, y); \
    }                                                             \
    break;

#define BINARY(code, expression)                                  \
  case code:                                                      \
    if (in.a >= 0 && in.b >= 0) {                                 \
      const double *pa = vectors[in.a], *pb = vectors[in.b];      \
      for (int32_t i = 0; i < rows; i += WT_LANES) {              \
        lanes x = load(pa + i), y = load(pb + i);                 \
        store(out + i, expression);                               \
      }                                                           \
    } else if (in.a >= 0) {                                       \
      const double *pa = vectors[in.a];                           \
      lanes y = splat(scalars[~in.b]);                            \
      for (int32_t i = 0; i < rows; i += WT_LANES) {              \
        lanes x = load(pa + i);                                   \
        store(out + i, expression);                               \
      }                                                           \
    } else {                                                      \
      lanes x = splat(scalars[~in.a]);                            \
      for (int32_t i = 0; i < rows; i += WT_LANES) {              \
        lanes y = in.b >= 0 ? load(vectors[in.b] + i) : splat(scalars[~in.b]); \
        store(out + i, expression);                               \
      }                                                           \
    }                                                             \
    break;

void NAME(wt_run)(const wt_instruction *instructions, int32_t count, double *const *vectors, const double *scalars,
                  int32_t rows) {
  for (int32_t k = 0; k < count; k++) {
    const wt_instruction in = instructions[k];
    double *out = vectors[in.destination];
    switch (in.operation) {
      UNARY(WT_COPY, x)
      UNARY(WT_NEGATE, -x)
      UNARY(WT_NOT, truth(x == splat(0)))
      UNARY(WT_ABS, magnitude(x))
      UNARY(WT_SQRT, NAME(lane_sqrt)(x))
      UNARY(WT_EXP, vexp(x))
      UNARY(WT_EXPM1, NAME(lane_expm1)(x))
      UNARY(WT_LOG, vlog(x))
      UNARY(WT_LOG1P, NAME(lane_log1p)(x))
      UNARY(WT_TANH, NAME(lane_tanh)(x))
      UNARY(WT_SIN, NAME(lane_sin)(x))
      UNARY(WT_COS, NAME(lane_cos)(x))
      UNARY(WT_ATAN, NAME(lane_atan)(x))
      BINARY(WT_ADD, x + y)
      BINARY(WT_SUBTRACT, x - y)
      BINARY(WT_MULTIPLY, x *y)
      BINARY(WT_DIVIDE, x / y)
      BINARY(WT_MINIMUM, NAME(minimum)(x, y))
      BINARY(WT_MAXIMUM, NAME(maximum)(x, y))
      BINARY(WT_LOGADDEXP, NAME(logaddexp)(x, y))
      BINARY(WT_LESS, truth(x < y))
      BINARY(WT_LESS_EQUAL, truth(x <= y))
      BINARY(WT_EQUAL, truth(x == y))
      BINARY(WT_AND, truth((x != splat(0)) & (y != splat(0))))
      BINARY(WT_OR, truth((x != splat(0)) | (y != splat(0))))
      case WT_SELECT:
        for (int32_t i = 0; i < rows; i += WT_LANES) {
          lanes condition = in.a >= 0 ? load(vectors[in.a] + i) : splat(scalars[~in.a]);
          lanes yes = in.b >= 0 ? load(vectors[in.b] + i) : splat(scalars[~in.b]);
          lanes no = in.c >= 0 ? load(vectors[in.c] + i) : splat(scalars[~in.c]);
          store(out + i, choose(condition != splat(0), yes, no));
        }
        break;
    }
  }
}

/* One row's charge with its first (psi) and second (curvature) derivative by the residual. */
#define CHARGE(r)                                                                       \
  lanes side = choose((r) > splat(0), splat(charge->over), splat(1));                   \
  lanes size = magnitude(r);                                                            \
  lanes rho, psi, curvature;                                                            \
  switch (charge->kind) {                                                               \
    case WT_HUBER: {                                                                    \
      lanes s = splat(charge->scale);                                                   \
      bits core = size <= s;                                                            \
      rho = side * choose(core, splat(0.5) * (r) * (r), s * (size - splat(0.5) * s));   \
      psi = side * choose(core, (r), choose((r) > splat(0), s, -s));                    \
      curvature = choose(core, side, splat(0));                                         \
      break;                                                                            \
    }                                                                                   \
    case WT_CAUCHY: {                                                                   \
      lanes s2 = splat(charge->scale * charge->scale);                                  \
      lanes q = splat(1) + (r) * (r) / s2;                                              \
      rho = splat(0.5) * s2 * vlog(q);                                                  \
      psi = (r) / q;                                                                    \
      curvature = (splat(2) - q) / (q * q);                                             \
      break;                                                                            \
    }                                                                                   \
    case WT_SOFT_L1: {                                                                  \
      lanes s2 = splat(charge->scale * charge->scale);                                  \
      lanes root = NAME(lane_sqrt)(splat(1) + (r) * (r) / s2);                          \
      rho = (r) * (r) / (root + splat(1));                                              \
      psi = (r) / root;                                                                 \
      curvature = splat(1) / (root * root * root);                                      \
      break;                                                                            \
    }                                                                                   \
    default:                                                                            \
      rho = splat(0.5) * (r) * (r);                                                     \
      psi = (r);                                                                        \
      curvature = splat(1);                                                             \
  }

double NAME(wt_charges)(const wt_charge *charge, const double *prediction, const double *observation,
                        const double *weight, double *d1, double *d2, int32_t rows) {
  lanes sum = splat(0);
  for (int32_t i = 0; i < rows; i += WT_LANES) {
    lanes f = load(prediction + i), w = load(weight + i);
    bits counted = w != splat(0);
    lanes value = charge->logarithmic ? vlog(f) : f;
    lanes r = choose(counted, value - load(observation + i), splat(0));
    CHARGE(r)
    sum += w * rho;
    if (d1) {
      if (charge->logarithmic) {
        lanes inverse = choose(counted, splat(1) / f, splat(0));
        lanes slope = psi * inverse;
        psi = slope;
        curvature = (curvature * inverse - slope) * inverse;
      }
      store(d1 + i, w * psi);
      store(d2 + i, w * curvature);
    }
  }
  return total(sum);
}

double NAME(wt_squares)(const double *prediction, const double *observation, const double *scale, const double *weight,
                        double *d1, double *d2, int32_t rows) {
  lanes sum = splat(0);
  for (int32_t i = 0; i < rows; i += WT_LANES) {
    lanes w = load(weight + i);
    bits counted = w != splat(0);
    lanes r = choose(counted, load(prediction + i) - load(observation + i), splat(0));
    lanes s = choose(counted, w * load(scale + i), splat(0));
    lanes slope = s * r;
    sum += slope * r;
    store(d1 + i, slope);
    store(d2 + i, s);
  }
  return 0.5 * total(sum);
}

void NAME(wt_charge_rows)(const wt_charge *charge, const double *prediction, const double *observation, double *out,
                          int32_t rows) {
  for (int32_t i = 0; i < rows; i += WT_LANES) {
    lanes f = load(prediction + i);
    lanes r = (charge->logarithmic ? vlog(f) : f) - load(observation + i);
    CHARGE(r)
    (void)psi;
    (void)curvature;
    store(out + i, rho);
  }
}

double NAME(wt_dot)(const double *a, const double *b, int32_t rows) {
  lanes s0 = splat(0), s1 = splat(0);
  int32_t i = 0;
  for (; i + 2 * WT_LANES <= rows; i += 2 * WT_LANES) {
    s0 += load(a + i) * load(b + i);
    s1 += load(a + i + WT_LANES) * load(b + i + WT_LANES);
  }
  if (i < rows) s0 += load(a + i) * load(b + i);
  return total(s0 + s1);
}

void NAME(wt_normal_sums)(const double *d1, const double *d2, const double *const *jacobian, int32_t p,
                          double *gradient, double *hessian, double *work, int32_t rows) {
  for (int32_t a = 0; a < p; a++) {
    const double *ja = jacobian[a];
    lanes slope = splat(0), square = splat(0);
    for (int32_t i = 0; i < rows; i += WT_LANES) {
      lanes j = load(ja + i);
      lanes t = load(d2 + i) * j;
      slope += load(d1 + i) * j;
      square += t * j;
      store(work + i, t);
    }
    gradient[a] += total(slope);
    hessian[a * p + a] += total(square);
    int32_t b = 0;
    for (; b + 2 <= a; b += 2) {
      const double *jb = jacobian[b], *jc = jacobian[b + 1];
      lanes s0 = splat(0), s1 = splat(0);
      for (int32_t i = 0; i < rows; i += WT_LANES) {
        lanes t = load(work + i);
        s0 += t * load(jb + i);
        s1 += t * load(jc + i);
      }
      hessian[a * p + b] += total(s0);
      hessian[a * p + b + 1] += total(s1);
    }
    if (b < a) hessian[a * p + b] += NAME(wt_dot)(work, jacobian[b], rows);
  }
}

void NAME(wt_scores)(const double *weights, const double *charges, double *scores, int32_t rows, int32_t columns) {
  for (int32_t c = 0; c < columns; c += WT_LANES) {
    lanes sum[WT_SCORED];
    for (int r = 0; r < WT_SCORED; r++) sum[r] = splat(0);
    for (int32_t i = 0; i < rows; i++) {
      lanes x = load(charges + (int64_t)i * columns + c);
      for (int r = 0; r < WT_SCORED; r++) sum[r] += splat(weights[(int64_t)r * rows + i]) * x;
    }
    for (int r = 0; r < WT_SCORED; r++) store(scores + r * columns + c, sum[r]);
  }
}

#undef UNARY
#undef BINARY
#undef CHARGE
#undef INLINE
#undef lanes
#undef bits
#undef splat
#undef splat_bits
#undef load
#undef store
#undef choose
#undef total
#undef magnitude
#undef truth
#undef vexp
#undef vlog
