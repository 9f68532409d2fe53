//! What a call costs: into compiled code from outside, and between compiled
//! functions. (The interpreter's part of a call is `compare/kernels/dispatch.py`.)
//! `cargo bench -p taipan-benches --bench call_overhead`.
//!
//! Contract of the unsafe calls: each passes as many slots as the code's LIR
//! text declares, and the code outlives the measurement.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use taipan_benches::{Code, finished};
use taipan_jit::llvm::Engine;

const ADD: &str = "fn0 @add(i64, i64) -> i64 {\nbb0(v0: i64, v1: i64):\n  v2 = iadd.i64 v0, v1\n  ret v2\n}\n";

/// fib(n), by recursion.
const FIB: &str = "\
fn0 @fib(i64) -> i64 {
bb0(v0: i64):
  v1 = iconst.i64 2
  v2 = icmp.i64 slt v0, v1
  brif v2, bb1, bb2
bb1:
  ret v0
bb2:
  v3 = iconst.i64 1
  v4 = isub.i64 v0, v3
  v5, v6 = call fn0(v4)
  v7 = iconst.i32 0
  v8 = icmp.i32 ne v5, v7
  brif v8, bb3, bb4
bb3:
  unwind !1
bb4:
  v9 = isub.i64 v0, v1
  v10, v11 = call fn0(v9)
  v12 = icmp.i32 ne v10, v7
  brif v12, bb5, bb6
bb5:
  unwind !1
bb6:
  v13 = iadd.i64 v6, v11
  ret v13
}
";
const FIB_N: u64 = 20;
/// Calls that fib(20) makes.
const FIB_CALLS: u64 = 21_891;

fn call_overhead(c: &mut Criterion) {
    let mut engine = Engine::new().expect("LLVM");
    let (add, fib) = (finished(ADD), finished(FIB));
    let mut group = c.benchmark_group("call");
    for (tier, add, fib) in [
        ("baseline", Code::baseline(&add), Code::baseline(&fib)),
        ("llvm", Code::llvm(&add, &mut engine), Code::llvm(&fib, &mut engine)),
    ] {
        group.throughput(Throughput::Elements(1));
        // SAFETY: two integers, as the function takes.
        group.bench_function(format!("{tier}, from outside"), |b| b.iter(|| unsafe { add.call(black_box(&[3, 4])) }));
        group.throughput(Throughput::Elements(FIB_CALLS));
        // SAFETY: one integer, as the function takes.
        group.bench_function(format!("{tier}, recursion"), |b| b.iter(|| unsafe { fib.call(black_box(&[FIB_N])) }));
    }
    group.finish();
}

criterion_group!(benches, call_overhead);
criterion_main!(benches);
