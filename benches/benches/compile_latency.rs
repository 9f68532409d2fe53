//! Time to compile the kernels of `tests/ir/kernels`, by tier and phase:
//! `cargo bench -p taipan-benches --bench compile_latency`.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use taipan_benches::{Code, finished, kernel_names, kernel_text, parse};
use taipan_jit::lir::{FuncId, passes};
use taipan_jit::llvm::{Engine, Request, Text, pipeline::Pipeline};

fn compile_latency(c: &mut Criterion) {
    let mut own = Engine::new().expect("LLVM");
    let mut o3 = Engine::new().expect("LLVM");
    o3.set_pipeline(Pipeline::o3());
    for name in kernel_names() {
        let text = kernel_text(&name);
        let module = finished(&text);
        let r = Request { name: name.clone(), module: module.clone(), function: FuncId(0), uniform: true };
        let mut group = c.benchmark_group(format!("compile/{name}"));
        group.bench_function("LIR passes", |b| b.iter_batched(|| parse(&text), |mut m| passes::finish(&mut m), BatchSize::SmallInput));
        group.bench_function("baseline", |b| b.iter(|| Code::baseline(&module)));
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
