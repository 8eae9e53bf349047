#include <immintrin.h>

#include "yardstick/loops.h"

namespace gravbench::yardstick {
namespace {

constexpr int rows = 16;
constexpr int row_bytes = 64;
constexpr int sums_of_row = 16;

/// What LDTILECFG reads (Intel 64 and IA-32 Architectures Software Developer's Manual, "Intel AMX"): eight tiles, each
/// as large as it can be.
struct alignas(64) TileConfiguration {
    unsigned char palette = 1;
    unsigned char start_row = 0;
    unsigned char reserved[14] = {};
    unsigned short bytes_of_row[16] = {row_bytes, row_bytes, row_bytes, row_bytes,
                                       row_bytes, row_bytes, row_bytes, row_bytes};
    unsigned char rows_of[16] = {rows, rows, rows, rows, rows, rows, rows, rows};
};
static_assert(sizeof(TileConfiguration) == 64);

struct alignas(64) Tile {
    float sums[rows * sums_of_row];
};

/// A tile of bf16 is one of f32 whose numbers are two bf16 each.
void fill(Tile& tile, float value) {
    for (float& sum : tile.sums) {
        sum = value;
    }
}

float two_of_bf16(float value) {
    unsigned bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(bits));
    bits = (bits & 0xFFFF0000U) | bits >> 16;
    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

/// The intrinsics do not say that they read memory, or how much of it: whatever stands there is written now.
void finish_writing(const void* memory) {
    asm volatile("" : : "r"(memory) : "memory");
}

float sum_of(const Tile& tile) {
    float total = 0;
    for (const float sum : tile.sums) {
        total += sum;
    }
    return total;
}

}  // namespace

/// Each sum of a tile of 16 by 16 adds 32 products. Tiles 0 to 5 are the chains: an instruction each 16 cycles, with a
/// latency of 52.
float dot_product_amx_bf16(std::int64_t iterations, float factor, float summand) {
    const TileConfiguration configuration;
    Tile tiles[8];
    for (int i = 0; i < chains_of_amx; ++i) {
        fill(tiles[i], static_cast<float>(i));
    }
    fill(tiles[6], two_of_bf16(factor));
    fill(tiles[7], two_of_bf16(summand));
    finish_writing(&configuration);
    finish_writing(tiles);
    _tile_loadconfig(&configuration);
    _tile_loadd(0, tiles[0].sums, row_bytes);
    _tile_loadd(1, tiles[1].sums, row_bytes);
    _tile_loadd(2, tiles[2].sums, row_bytes);
    _tile_loadd(3, tiles[3].sums, row_bytes);
    _tile_loadd(4, tiles[4].sums, row_bytes);
    _tile_loadd(5, tiles[5].sums, row_bytes);
    _tile_loadd(6, tiles[6].sums, row_bytes);
    _tile_loadd(7, tiles[7].sums, row_bytes);
    for (std::int64_t left = iterations; left > 0; --left) {
        _tile_dpbf16ps(0, 6, 7);
        _tile_dpbf16ps(1, 6, 7);
        _tile_dpbf16ps(2, 6, 7);
        _tile_dpbf16ps(3, 6, 7);
        _tile_dpbf16ps(4, 6, 7);
        _tile_dpbf16ps(5, 6, 7);
    }
    _tile_stored(0, tiles[0].sums, row_bytes);
    _tile_stored(1, tiles[1].sums, row_bytes);
    _tile_stored(2, tiles[2].sums, row_bytes);
    _tile_stored(3, tiles[3].sums, row_bytes);
    _tile_stored(4, tiles[4].sums, row_bytes);
    _tile_stored(5, tiles[5].sums, row_bytes);
    _tile_release();
    float total = 0;
    for (int i = 0; i < chains_of_amx; ++i) {
        total += sum_of(tiles[i]);
    }
    return total;
}

}  // namespace gravbench::yardstick
