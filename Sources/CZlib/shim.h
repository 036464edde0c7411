#ifndef WINDTUNNEL_CZLIB_H
#define WINDTUNNEL_CZLIB_H

#include <zlib.h>

// inflateInit2 is a macro, which Swift does not see. 15 is the largest window, and 16 more asks for a gzip header.
static inline int windtunnel_gunzip_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

#endif
