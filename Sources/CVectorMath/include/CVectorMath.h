#ifndef CVECTORMATH_H
#define CVECTORMATH_H

#include <stdint.h>

/* Columnar arithmetic for compiled formulas and the sums that fitting needs.
 *
 * Every column handed in holds a multiple of WT_LANES doubles; rows beyond the table are padding that its owner fills
 * with values that evaluate cleanly and gives weight zero. The functions exist once for each instruction set and the
 * one that this processor has is chosen at the first call. */

enum { WT_LANES = 8 };

/* What an instruction computes. Comparisons give 1 or 0. */
typedef enum {
  WT_COPY, WT_NEGATE, WT_NOT, WT_ABS, WT_SQRT, WT_EXP, WT_EXPM1, WT_LOG, WT_LOG1P, WT_TANH, WT_SIN, WT_COS, WT_ATAN,
  WT_ADD, WT_SUBTRACT, WT_MULTIPLY, WT_DIVIDE, WT_MINIMUM, WT_MAXIMUM, WT_LOGADDEXP,
  WT_LESS, WT_LESS_EQUAL, WT_EQUAL, WT_AND, WT_OR,
  WT_SELECT
} wt_operation;

/* destination and operands index `vectors` when >= 0 and `scalars` (at ~operand) when negative. */
typedef struct {
  int32_t operation;
  int32_t destination;
  int32_t a, b, c;
} wt_instruction;

/* Runs the instructions over `rows` rows (a multiple of WT_LANES). */
void wt_run(const wt_instruction *instructions, int32_t count, double *const *vectors, const double *scalars,
            int32_t rows);

/* How a residual r (prediction minus observation, of the loss or of its logarithm) is charged. */
typedef enum {
  WT_LEAST_SQUARES, /* r^2/2 */
  WT_HUBER,         /* r^2/2 within `scale`, scale (|r| - scale/2) beyond; times `over` where r > 0 */
  WT_CAUCHY,        /* scale^2/2 log(1 + (r/scale)^2) */
  WT_SOFT_L1        /* scale^2 (sqrt(1 + (r/scale)^2) - 1) */
} wt_charge_kind;

typedef struct {
  int32_t kind;
  int32_t logarithmic; /* the residual is log prediction - observation, the observation being a logarithm already */
  double scale;
  double over; /* the weight of a positive residual, 1 unless asymmetric */
} wt_charge;

/* The weighted sum of charges. With d1 and d2 given, also the first and second derivatives of each row's charge by its
 * prediction, times the row's weight. Rows of weight zero count nothing, whatever their values; NaN elsewhere makes
 * the sum NaN. */
double wt_charges(const wt_charge *charge, const double *prediction, const double *observation, const double *weight,
                  double *d1, double *d2, int32_t rows);

/* Half the sum of weight * scale * (prediction - observation)^2, with each row's first and second derivative. */
double wt_squares(const double *prediction, const double *observation, const double *scale, const double *weight,
                  double *d1, double *d2, int32_t rows);

/* Each row's charge, unweighted. */
void wt_charge_rows(const wt_charge *charge, const double *prediction, const double *observation, double *out,
                    int32_t rows);

/* gradient[a] += sum d1 J_a ; hessian[a*p+b] += sum d2 J_a J_b, for b <= a. `work` holds `rows` doubles. */
void wt_normal_sums(const double *d1, const double *d2, const double *const *jacobian, int32_t p, double *gradient,
                    double *hessian, double *work, int32_t rows);

/* scores[r * columns + c] = sum over rows of weights[r * rows + row] * charges[row * columns + c], for r in 0..<WT_SCORED.
 * `columns` is a multiple of WT_LANES. */
enum { WT_SCORED = 4 };
void wt_scores(const double *weights, const double *charges, double *scores, int32_t rows, int32_t columns);

/* The sum of a*b. */
double wt_dot(const double *a, const double *b, int32_t rows);

#endif
