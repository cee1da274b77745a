/* BLAKE2b without a key (RFC 7693), for the names that Python makes with hashlib. */

#include "native.h"

static const uint64_t start[8] = {
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
};
static inline uint64_t turned(uint64_t value, int bits)
{
    return value >> bits | value << (64 - bits);
}

static uint64_t word(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

/* Written out, with numbers that the compiler knows, so that all of it stays in registers. */
#define MIX(a, b, c, d, x, y)                                                                                          \
    v##a += v##b + words[x];                                                                                           \
    v##d = turned(v##d ^ v##a, 32);                                                                                    \
    v##c += v##d;                                                                                                      \
    v##b = turned(v##b ^ v##c, 24);                                                                                    \
    v##a += v##b + words[y];                                                                                           \
    v##d = turned(v##d ^ v##a, 16);                                                                                    \
    v##c += v##d;                                                                                                      \
    v##b = turned(v##b ^ v##c, 63);
#define ROUND(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                                                          \
    MIX(0, 4, 8, 12, a, b)                                                                                             \
    MIX(1, 5, 9, 13, c, d)                                                                                             \
    MIX(2, 6, 10, 14, e, f)                                                                                            \
    MIX(3, 7, 11, 15, g, h)                                                                                            \
    MIX(0, 5, 10, 15, i, j)                                                                                            \
    MIX(1, 6, 11, 12, k, l)                                                                                            \
    MIX(2, 7, 8, 13, m, n)                                                                                             \
    MIX(3, 4, 9, 14, o, p)

static void compress(uint64_t *state, const uint8_t *block, uint64_t taken, int last)
{
    uint64_t words[16];
    for (int i = 0; i < 16; i++)
        words[i] = word(block + 8 * i);
    uint64_t v0 = state[0], v1 = state[1], v2 = state[2], v3 = state[3], v4 = state[4], v5 = state[5], v6 = state[6],
             v7 = state[7], v8 = start[0], v9 = start[1], v10 = start[2], v11 = start[3],
             v12 = start[4] ^ taken, /* of texts below 2**64 bytes */
        v13 = start[5], v14 = last ? ~start[6] : start[6], v15 = start[7];
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
    ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
    ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
    ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
    ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
    ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
    ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
    ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    state[0] ^= v0 ^ v8;
    state[1] ^= v1 ^ v9;
    state[2] ^= v2 ^ v10;
    state[3] ^= v3 ^ v11;
    state[4] ^= v4 ^ v12;
    state[5] ^= v5 ^ v13;
    state[6] ^= v6 ^ v14;
    state[7] ^= v7 ^ v15;
}

void blake2b_hex(const char *text, size_t length, int size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t state[8];
    uint8_t block[128];
    size_t taken = 0;
    memcpy(state, start, sizeof state);
    state[0] ^= 0x01010000 ^ (uint64_t)size;
    for (; length - taken > 128; taken += 128)
        compress(state, (const uint8_t *)text + taken, taken + 128, 0);
    memset(block, 0, sizeof block);
    memcpy(block, text + taken, length - taken);
    compress(state, block, length, 1);
    for (int i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(state[i / 8] >> 8 * (i % 8));
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
}
