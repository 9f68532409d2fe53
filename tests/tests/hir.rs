//! HIR file tests: `tests/ir/*.hir` hold a Python function `f`, a line `---`,
//! and the HIR expected of it. `BLESS=1` rewrites the expectation.
//!
//! The first line says how far to go: `# build` (untyped) or
//! `# types: int64, array(float64, 1d, C)` (inferred for these arguments;
//! `# parallel types: …` with `parallel=True`), or `# loop: acc=float, i=int`
//! (the outermost loop of the module's code as ordinary code, with these kinds
//! of variables; other variables are library objects or unbound).

use std::fs;
use std::path::Path;
use std::sync::Arc;
use taipan_jit::error::CompileError;
use taipan_jit::hir::build::ordinary;
use taipan_jit::hir::verify::verify;
use taipan_jit::hir::{Func, Variable};
use taipan_jit::ordinary::{EntryKind, LoopRequest, NotCompiled, loops};
use taipan_jit::hir::build::nopython::{Source, build};
use taipan_jit::hir::infer::{Calls, infer};
use taipan_jit::hir::passes::inline::inline_closures;
use taipan_jit::hir::passes::parallel::find_parallel;
use taipan_jit::hir::reader::read;
use taipan_jit::hir::type_text::parse_types;
use taipan_jit::hir::types::Type;
use taipan_jit::hir::value::{CompileOptions, JitFunction};
use taipan_tests::program::program;

/// Other functions of the snippet return what their arguments say they are:
/// the last one's type.
struct LastArgument;

impl Calls for LastArgument {
    fn return_type(&mut self, _: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Type, CompileError> {
        Ok(args.last().cloned().unwrap_or(Type::None))
    }
    fn found_return(&mut self, _: &Type) {}
}

fn compile(source: &str) -> Result<Func, CompileError> {
    let head = source.lines().next().unwrap_or_default();
    let options = CompileOptions { parallel: head.contains("parallel"), ..CompileOptions::default() };
    let p = program(source, options);
    let f = p.function("f");
    let (code, outside) = (f.code(), f.outside());
    let mut func = build(&Source { code: &code, outside: &*outside, options, free_as_params: false })?;
    let Some((_, types)) = head.split_once("types:") else { return Ok(func) };
    let args = parse_types(types)?;
    inline_closures(&mut func, &*outside)?;
    infer(&mut func, &args, &*outside, &mut LastArgument)?;
    for warning in find_parallel(&mut func) {
        println!("{warning}");
    }
    Ok(func)
}

/// The outermost loop of the module as ordinary code.
fn compile_loop(source: &str, kinds: &str) -> Result<Func, NotCompiled> {
    let p = program(source, CompileOptions::default());
    let code = p.module.clone();
    let info = loops(&code).remove(0);
    let kind = |v: &Variable| {
        let (Variable::Name(n) | Variable::Global(n)) = v else { return EntryKind::Other };
        let name = &*code.names[*n as usize];
        let given = kinds.split(',').filter_map(|k| k.trim().split_once('=')).find(|(k, _)| *k == name);
        match (given.map(|g| g.1), name) {
            (Some("int"), _) => EntryKind::Int,
            (Some("float"), _) => EntryKind::Float,
            (Some("bool"), _) => EntryKind::Bool,
            (Some(_), _) => EntryKind::Other,
            (None, "math") => EntryKind::Library("math".into()),
            (None, "range" | "abs" | "min" | "max") => EntryKind::Library(format!("builtins.{name}").into()),
            (None, _) => EntryKind::Unbound,
        }
    };
    let kinds = info.variables.iter().map(kind).collect();
    let stack = if info.is_for { vec![EntryKind::RangeIter] } else { vec![] };
    ordinary::build(&LoopRequest { code, info, further: vec![], kinds, stack }).map(|built| built.func)
}

/// The text of a valid function that reads back as itself.
fn check(func: &Func) -> String {
    verify(func).expect("valid HIR");
    let text = func.to_string();
    // Objects of the program have no text.
    if !text.contains("<type(") && !text.contains("closure ") {
        assert_eq!(read(&text).expect("readable text").to_string(), text);
    }
    text
}

fn render(source: &str) -> String {
    let head = source.lines().next().unwrap_or_default();
    if let Some((_, kinds)) = head.split_once("loop:") {
        return match compile_loop(source, kinds) {
            Ok(func) => check(&func),
            Err(e) => format!("not compiled: {}\n", e.reason),
        };
    }
    match compile(source) {
        Ok(func) => check(&func),
        Err(e) => format!("error at {}: {e}\n", e.line),
    }
}

#[test]
fn hir_files() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("ir");
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    let mut files: Vec<_> = fs::read_dir(&dir).expect("tests/ir").filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "hir")) {
        let text = fs::read_to_string(path).expect("readable test");
        let (source, expected) = text.split_once("---\n").unwrap_or((&text, ""));
        let got = render(source);
        if bless {
            fs::write(path, format!("{source}---\n{got}")).expect("writable test");
        } else if got != expected {
            failures.push(format!("{}:\n--- expected\n{expected}--- got\n{got}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
