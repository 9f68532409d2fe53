//! Lowering and LIR passes on whole functions: many small calls whose
//! outcomes stand in `lowering/*.txt`, as CPython with Numba printed them
//! (`lowering/README.md` says how). Each line is
//! `name(types) args… -> results…` with slots printed as numbers.
//!
//! Contract of the unsafe calls: code gets the slots its specialisation lists
//! and this thread's context, which nothing else uses meanwhile.

use std::sync::Arc;
use taipan_jit::abi;
use taipan_jit::hir::type_text::parse_types;
use taipan_jit::hir::types::{DType, Type};
use taipan_jit::hir::value::{CompileOptions, ConstValue, Global};
use taipan_jit::lower::raise::{RaiseArg, raised};
use taipan_jit::options::{self, JitOptions, TierMode};
use taipan_jit::pipeline::specialise;
use taipan_runtime::dtype::Kind;
use taipan_runtime::trap::{Ctx, STATUS_OK, TrapKind};
use taipan_tests::program::{Program, program};

fn slot(d: DType, text: &str) -> u64 {
    match d.kind() {
        Kind::Bool => u64::from(text == "True"),
        Kind::Float if d == DType::F32 => u64::from(text.parse::<f32>().expect("a float").to_bits()),
        Kind::Float => text.parse::<f64>().expect("a float").to_bits(),
        Kind::Unsigned => text.parse::<u64>().expect("an integer"),
        _ => text.parse::<i64>().expect("an integer") as u64,
    }
}

/// `1`, `2.5`, `True` or `1.0:2.0` for complex.
fn slots(t: &Type, text: &str, out: &mut Vec<u64>) {
    let Type::Scalar(d) = t else { panic!("scalar arguments only") };
    if d.is_complex() {
        let (re, im) = text.split_once(':').expect("two parts");
        out.extend([slot(d.real_part(), re), slot(d.real_part(), im)]);
    } else {
        out.push(slot(*d, text));
    }
}

fn show(t: &Type, r: &mut std::slice::Iter<'_, u64>) -> String {
    let mut float = |d: DType| {
        let bits = r.next().copied().unwrap_or(0);
        let x = if d == DType::F32 { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) };
        taipan_runtime::print::float_repr(x)
    };
    match t {
        Type::None => "None".into(),
        Type::Scalar(d) if d.is_complex() => format!("{}:{}", float(d.real_part()), float(d.real_part())),
        Type::Scalar(d) if d.is_float() => float(*d),
        Type::Scalar(d) => {
            let bits = r.next().copied().unwrap_or(0);
            let unused = 64 - 8 * d.itemsize() as u32;
            match d.kind() {
                Kind::Bool => if bits & 1 != 0 { "True".into() } else { "False".into() },
                Kind::Unsigned => (bits << unused >> unused).to_string(),
                _ => ((bits << unused) as i64 >> unused).to_string(),
            }
        }
        Type::Tuple(ts) => format!("({})", ts.iter().map(|t| show(t, r)).collect::<Vec<_>>().join(" ")),
        t => panic!("result of type {t}"),
    }
}

fn outcome(p: &Program, name: &str, types: &[Type], args: &[&str]) -> String {
    let spec = match specialise(&p.function(name), types) {
        Ok(s) => s,
        Err(e) => return format!("error: {e}"),
    };
    let mut words = Vec::new();
    for (t, a) in types.iter().zip(args) {
        slots(t, a, &mut words);
    }
    let mut results = vec![0u64; abi::flatten(&spec.return_type).len().max(1)];
    let ctx = Ctx::current();
    let entry = spec.entry.uniform().expect("code");
    // SAFETY: slots as the specialisation lists them; this thread's context.
    let status = unsafe { entry(ctx, words.as_ptr(), results.as_mut_ptr()) };
    if status != STATUS_OK {
        // SAFETY: this thread's context; compiled code has returned.
        let trap = unsafe { &*ctx }.trap;
        if let (TrapKind::Raise, Some(r)) = (trap.kind, raised(trap.args[0])) {
            let (Global::ExceptionClass { name, .. }, Some([RaiseArg::Const(ConstValue::Str(s))])) = (&*r.class, r.args.as_deref()) else {
                return format!("{r:?}");
            };
            return format!("{name}: {s}");
        }
        return format!("{}: {}", trap.kind.class(), trap.message());
    }
    format!("{} {}", spec.return_type, show(&spec.return_type, &mut results.iter()))
}

/// Elementary functions are the runtime's own, within an ulp of the recorded ones.
fn nearly(got: &str, want: &str) -> bool {
    let float = |s: &str| s.strip_prefix("float64 ").and_then(|x| x.parse::<f64>().ok());
    match (float(got), float(want)) {
        (Some(a), Some(b)) => a.to_bits().abs_diff(b.to_bits()) <= 1,
        _ => false,
    }
}

fn check(stem: &str) {
    options::set(JitOptions { tier: TierMode::Baseline, ..JitOptions::default() });
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/lowering");
    let source = std::fs::read_to_string(format!("{dir}/{stem}.py")).expect("a program");
    let expected = std::fs::read_to_string(format!("{dir}/{stem}.txt")).expect("outcomes");
    let p: Arc<Program> = program(&source, CompileOptions { parallel: stem == "parallel", ..CompileOptions::default() });
    let mut failures = Vec::new();
    for line in expected.lines().filter(|l| !l.is_empty()) {
        let (call, want) = line.split_once(" -> ").expect("a call and its outcome");
        let (name, rest) = call.split_once('(').expect("types");
        let (types, args) = rest.split_once(')').expect("types");
        let types = parse_types(types).expect("types that parse");
        let args: Vec<&str> = args.split_whitespace().collect();
        let got = outcome(&p, name, &types, &args);
        if got != want && !(stem == "library" && nearly(&got, want)) {
            failures.push(format!("{call}\n  expected {want}\n  got      {got}"));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), expected.lines().count(), failures.join("\n"));
}

#[test]
fn operators_on_every_pair_of_types() {
    check("operators");
}

#[test]
fn library_functions() {
    check("library");
}

#[test]
fn loops() {
    check("loops");
}

#[test]
fn parallel_loops() {
    check("parallel");
}
