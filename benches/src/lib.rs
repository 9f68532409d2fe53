//! Benchmarks: `benches/` holds the criterion ones, `compare/` the side-by-side comparison with CPython and Numba.
