//! Time to compile the kernels of `tests/ir/kernels`, by phase of the LLVM
//! tier: `cargo bench -p taipan-benches --bench compile_latency`.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::sync::Arc;
use taipan_jit::lir::{FuncId, reader::read_module};
use taipan_jit::llvm::{Engine, Request, Text, pipeline::Pipeline};

fn kernels() -> Vec<Request> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ir/kernels");
    let mut files: Vec<_> = std::fs::read_dir(dir).expect("kernel folder").map(|e| e.expect("entry").path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("kernel");
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            Request { name, module: Arc::new(read_module(&text).expect("LIR")), function: FuncId(0), uniform: true }
        })
        .collect()
}

fn compile_latency(c: &mut Criterion) {
    let mut own = Engine::new().expect("LLVM");
    let mut o3 = Engine::new().expect("LLVM");
    o3.set_pipeline(Pipeline::o3());
    for r in kernels() {
        let mut group = c.benchmark_group(format!("compile/{}", r.name));
        group.sample_size(20);
        group.bench_function("llvm", |b| b.iter(|| own.compile(&r).expect("code")));
        group.bench_function("llvm, lowering only", |b| b.iter(|| own.text(&r, Text::Lowered).expect("text")));
        group.bench_function("llvm, default<O3>", |b| b.iter(|| o3.compile(&r).expect("code")));
        group.finish();
    }
    c.bench_function("compile/engine", |b| b.iter_batched(|| (), |()| Engine::new().expect("LLVM"), BatchSize::PerIteration));
}

criterion_group!(benches, compile_latency);
criterion_main!(benches);
