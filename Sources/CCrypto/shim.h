#ifndef WINDTUNNEL_CCRYPTO_H
#define WINDTUNNEL_CCRYPTO_H

#include <openssl/evp.h>

#endif
