#ifndef WINDTUNNEL_COPENBLAS_H
#define WINDTUNNEL_COPENBLAS_H

#include <cblas.h>
#include <lapacke.h>

#endif
