//! Compiles the kernels of `tests/ir/kernels` with several pipelines and
//! prints compile time by phase and run time: the table that the choice in
//! `llvm/pipeline.rs` rests on.
//!
//! `cargo run --release -p taipan-jit --example llvm_tune [passes [level]]`
//!
//! Contract of the unsafe calls: entries are `NativeEntry`s made for the kernel
//! whose text declares the arguments passed.

use std::sync::Arc;
use std::time::Instant;
use taipan_jit::lir::{FuncId, reader::read_module};
use taipan_jit::llvm::{Engine, Request, pipeline::Pipeline};
use taipan_jit::unit::NativeEntry;
use taipan_runtime::trap::Ctx;

const N: usize = 512;

fn arguments(name: &str, memory: &mut [Vec<f64>; 3]) -> Vec<u64> {
    let [a, b, c] = memory;
    let p = |v: &mut Vec<f64>| v.as_mut_ptr() as u64;
    match name {
        "sum_sqrt" => vec![10_000_000],
        "sum_and" => vec![100_000_000, 0],
        "matmul" => vec![p(a), p(b), p(c), N as u64],
        "sqrt_add" => vec![p(a), p(b), p(c), (N * N) as u64, (N * N) as u64],
        "sin_exp" => vec![p(a), p(b), p(c), (N * N) as u64],
        _ => vec![p(a), p(c), N as u64],
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let only = std::env::var("ONLY").ok();
    let mut recipes: Vec<(&str, Option<Pipeline>)> = vec![("own", None), ("O3", Some(Pipeline::o3()))];
    if let Some(passes) = args.next() {
        let level = match args.next().as_deref() {
            Some("1") => inkwell::OptimizationLevel::Less,
            Some("3") => inkwell::OptimizationLevel::Aggressive,
            _ => inkwell::OptimizationLevel::Default,
        };
        recipes.push(("given", Some(Pipeline { passes, level })));
    }
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ir/kernels");
    for name in ["sum_sqrt", "sum_and", "matmul", "stencil", "sqrt_add", "sin_exp", "tanh_trace"] {
        if only.as_deref().is_some_and(|o| o != name) {
            continue;
        }
        let text = std::fs::read_to_string(format!("{dir}/{name}.lir")).expect("kernel file");
        let module = Arc::new(read_module(&text).unwrap_or_else(|e| panic!("{name}: {e:?}")));
        let request = Request { name: name.into(), module, function: FuncId(0), uniform: true };
        for (label, recipe) in &recipes {
            let mut engine = Engine::new().expect("LLVM");
            engine.verify = true;
            if let Some(p) = recipe {
                engine.set_pipeline(p.clone());
            }
            let mut best = engine.compile(&request).unwrap_or_else(|e| panic!("{name}: {e}"));
            for _ in 0..4 {
                let next = engine.compile(&request).expect("compiles again");
                if next.phases.total() < best.phases.total() {
                    best = next;
                }
            }
            // SAFETY: the entry was made as a `NativeEntry` for this kernel,
            // and the arguments are those its text declares.
            let entry: NativeEntry = unsafe { std::mem::transmute(best.uniform.expect("uniform entry")) };
            let mut memory = [0; 3].map(|_| (0..N * N).map(|i| (i % 97) as f64 * 0.01).collect::<Vec<_>>());
            let slots = arguments(name, &mut memory);
            let mut result = [0u64; 2];
            let run = (0..5)
                .map(|_| {
                    let t = Instant::now();
                    // SAFETY: as above.
                    let status = unsafe { entry(Ctx::current(), slots.as_ptr(), result.as_mut_ptr()) };
                    assert_eq!(status, 0);
                    t.elapsed()
                })
                .min()
                .expect("five runs");
            let [b, o, e, l] = best.phases.each().map(|(_, d)| d.as_secs_f64() * 1e3);
            let bytes: u64 = best.functions.iter().map(|f| f.2).sum();
            println!(
                "{name:11} {label:6} build {b:5.2} optimise {o:6.2} emit {e:6.2} link {l:5.2} total {:6.2} ms, {bytes:5} bytes, run {:8.3} ms, result {:?}",
                b + o + e + l,
                run.as_secs_f64() * 1e3,
                f64::from_bits(result[0])
            );
        }
    }
}
