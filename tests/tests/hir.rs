//! HIR file tests: `tests/ir/*.hir` hold a Python function, a line `---`, and
//! the HIR expected of it. `TAIPAN_BLESS=1` rewrites the expectation.
//!
//! The first line says how far to go: `# build` (untyped) or
//! `# types: int64, array(float64, 1d, C)` (inferred, with these arguments).

use std::fs;
use std::path::Path;
use taipan_jit::hir::build::nopython::{Source, build};
use taipan_jit::hir::value::CompileOptions;
use taipan_tests::program::program;

fn render(source: &str) -> String {
    let head = source.lines().next().unwrap_or_default();
    let options = CompileOptions { parallel: head.contains("parallel"), ..CompileOptions::default() };
    let p = program(source, options);
    let f = p.function("f");
    let (code, outside) = (f.code(), f.outside());
    let built = build(&Source { code: &code, outside: &*outside, options, free_as_params: false });
    match built {
        Ok(func) => func.to_string(),
        Err(e) => format!("error at {}: {e}\n", e.line),
    }
}

#[test]
fn hir_files() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("ir");
    let bless = std::env::var_os("TAIPAN_BLESS").is_some();
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
