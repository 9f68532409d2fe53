//! Running time of the kernels of `tests/ir/kernels` in both tiers, and of the
//! array kernels that `numpy` and compiled code share:
//! `cargo bench -p taipan-benches --bench kernels`.
//!
//! Contract of the unsafe call: the slots are what the kernel's text declares,
//! and its arrays are as long as the sizes passed with them.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use taipan_benches::{Code, finished, kernel_text};
use taipan_jit::llvm::Engine;
use taipan_runtime::reduce::{self, Reduction};
use taipan_runtime::ufunc::{self, CallOptions, Operand};
use taipan_runtime::{Array, matmul, sort};

/// Elements of an array.
const N: usize = 100_000;
/// Rows of a matrix.
const ROWS: usize = 200;

fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i * 7919 % n) as f64 / n as f64).collect()
}

fn compiled(c: &mut Criterion) {
    let mut engine = Engine::new().expect("LLVM");
    let (x, y, mut z) = (numbers(N), numbers(N), vec![0.0f64; N]);
    let (px, py, pz) = (x.as_ptr().addr() as u64, y.as_ptr().addr() as u64, z.as_mut_ptr().addr() as u64);
    let (n, rows) = (N as u64, ROWS as u64);
    // Kernel, its argument slots, elements it visits.
    let cases: &[(&str, &[u64], usize)] = &[
        ("sum_sqrt", &[n], N),
        ("sum_and", &[n, 0], N),
        ("sqrt_add", &[px, py, pz, n, n], N),
        ("sin_exp", &[px, py, pz, n], N),
        ("stencil", &[px, pz, rows], ROWS * ROWS),
        ("matmul", &[px, py, pz, rows], ROWS * ROWS * ROWS),
        ("tanh_trace", &[px, pz, rows], ROWS * ROWS),
    ];
    for (name, args, elements) in cases {
        let module = finished(&kernel_text(name));
        let mut group = c.benchmark_group(format!("kernel/{name}"));
        group.throughput(Throughput::Elements(*elements as u64)).sample_size(20);
        for (tier, code) in [("baseline", Code::baseline(&module)), ("llvm", Code::llvm(&module, &mut engine))] {
            // SAFETY: the slots are what the kernel takes; its arrays have at
            // least N and ROWS x ROWS elements.
            group.bench_function(tier, |b| b.iter(|| unsafe { code.call(args) }));
        }
        group.finish();
    }
}

fn arrays(c: &mut Criterion) {
    let x = Array::from_vec(&numbers(N)).expect("array");
    let a = Array::from_slice(&[ROWS, ROWS], &numbers(ROWS * ROWS)).expect("array");
    let options = CallOptions::default();
    let mut group = c.benchmark_group("array");
    group.throughput(Throughput::Elements(N as u64)).sample_size(20);
    for name in ["add", "multiply"] {
        let f = ufunc::by_name(name).expect("ufunc");
        group.bench_function(name, |b| b.iter(|| f.call(&[Operand::Array(&x), Operand::Array(&x)], &options).expect("array")));
    }
    for name in ["sqrt", "exp", "sin", "tanh"] {
        let f = ufunc::by_name(name).expect("ufunc");
        group.bench_function(name, |b| b.iter(|| f.call(&[Operand::Array(&x)], &options).expect("array")));
    }
    group.bench_function("sum", |b| b.iter(|| reduce::sum(&x, &Reduction::default()).expect("array")));
    group.bench_function("sort", |b| {
        b.iter_batched(|| Array::from_vec(&numbers(N)).expect("array"), |x| sort::sort_in_place(&x, 0), BatchSize::LargeInput);
    });
    group.throughput(Throughput::Elements((ROWS * ROWS * ROWS) as u64));
    group.bench_function("matmul", |b| b.iter(|| matmul::matmul(&a, &a, None).expect("array")));
    group.finish();
}

criterion_group!(benches, compiled, arrays);
criterion_main!(benches);
