//! LIR file tests: `tests/ir/**/*.lir`.
//!
//! Comment lines at the head of a file say what is done with it:
//!
//! | line | meaning |
//! |---|---|
//! | `; test: cat` | reading and printing gives the file's own text |
//! | `; test: verify` | the verifier's answer is that of `name.out` (`ok` without such a file) |
//! | `; test: baseline` | the listing of the machine code is `name.out` |
//! | `; run: @f(1, f64[1.0, 2.0]) == 3.0` | every engine gives that outcome |
//!
//! Several words may follow `test:`. A file without that line is verified.
//! Arguments and outcomes are described in `taipan_tests::engine`.
//! `BLESS=1` rewrites `name.out` and the outcomes of `run` by those of the
//! interpreter; `LIR=word` runs only files whose path contains the word.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use taipan_jit::lir::reader::read_module;
use taipan_jit::lir::verify::verify;
use taipan_jit::lir::{FuncId, Module};
use taipan_jit::unit::EntryCell;
use taipan_tests::engine::{Engine, LirCase, lir_engines, parse_arg, with_entry};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(dir).expect("a folder of tests").filter_map(|e| Some(e.ok()?.path())).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "lir") {
            out.push(path);
        }
    }
}

/// The parts of `@f(1, 2) == 3`.
fn call(line: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (call, expected) = line.split_once("==")?;
    let (name, args) = call.trim().strip_prefix('@')?.strip_suffix(')')?.split_once('(')?;
    let (mut out, mut depth, mut start) = (vec![], 0, 0);
    for (i, c) in args.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth == 0 => {
                out.push(args[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    if !args.trim().is_empty() {
        out.push(args[start..].trim());
    }
    Some((name, out, expected.trim()))
}

fn case(module: &Module, name: &str, args: &[&str]) -> Result<LirCase, String> {
    let f = module.funcs.iter().position(|f| f.name == name).ok_or_else(|| format!("no function @{name}"))?;
    let module = Arc::new(with_entry(module, FuncId::new(f)));
    let params = module.funcs[0].signature().params;
    if params.len() != args.len() {
        return Err(format!("@{name} takes {} arguments", params.len()));
    }
    let args = args.iter().zip(params).map(|(a, t)| parse_arg(a, t)).collect::<Result<_, _>>()?;
    Ok(LirCase { module, args })
}

/// The baseline's listing without what differs from run to run.
fn listing(module: &Module) -> Result<String, String> {
    let code = taipan_jit::baseline::compile(module, 7, &EntryCell::default()).map_err(|e| e.to_string())?;
    let text = code.disassemble();
    let lines = text.lines().filter(|l| !l.starts_with(';'));
    // Addresses of the process are the only long numbers.
    let long = regex_lite::Regex::new(r"\b[0-9A-F]{11,16}h").expect("a valid pattern");
    Ok(lines.map(|l| format!("{}\n", long.replace_all(l, "<address>"))).collect())
}

fn check(path: &Path, engines: &[Box<dyn Engine<LirCase>>], bless: bool) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let module = read_module(&text).map_err(|e| e.to_string())?;
    let head: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("; test:")).flat_map(str::split_whitespace).collect();
    let verified = verify(&module);
    let mut listed = String::new();
    let mut wants_out = head.is_empty();
    for word in &head {
        match *word {
            "cat" => {
                let body: String = text.lines().filter(|l| !l.starts_with(';')).map(|l| format!("{l}\n")).collect();
                if module.to_string() != body.trim_start() {
                    return Err(format!("printed differently:\n{module}"));
                }
            }
            "verify" => wants_out = true,
            "baseline" => {
                wants_out = true;
                listed += &listing(&module)?;
            }
            other => return Err(format!("`{other}` is no kind of test")),
        }
    }
    if wants_out {
        let out = path.with_extension("out");
        let got = match &verified {
            Err(e) => e.to_string(),
            Ok(()) if listed.is_empty() => "ok\n".into(),
            Ok(()) => listed,
        };
        let expected = fs::read_to_string(&out).unwrap_or_else(|_| "ok\n".into());
        if bless && got != expected {
            fs::write(&out, &got).map_err(|e| e.to_string())?;
        } else if got != expected {
            return Err(format!("{}:\n--- expected\n{expected}--- got\n{got}", out.display()));
        }
    }
    if verified.is_err() {
        return Ok(());
    }
    let mut blessed = text.clone();
    for line in text.lines() {
        let Some(run) = line.strip_prefix("; run:") else { continue };
        let (name, args, expected) = call(run).ok_or_else(|| format!("unreadable: {line}"))?;
        let case = case(&module, name, &args)?;
        for e in engines {
            let got = e.run(&case).unwrap_or_else(|why| format!("cannot run: {why}"));
            if got == expected {
                continue;
            }
            if bless && e.name() == "interp" {
                let head = line.split_once("==").map_or(line, |l| l.0);
                blessed = blessed.replace(line, &format!("{head}== {got}"));
                break;
            }
            return Err(format!("{}\n  {} gives {got}", line, e.name()));
        }
    }
    if blessed != text {
        fs::write(path, blessed).map_err(|e| e.to_string())?;
    }
    Ok(())
}

#[test]
fn lir_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ir");
    let bless = std::env::var_os("BLESS").is_some();
    let wanted = std::env::var("LIR").unwrap_or_default();
    let mut all = Vec::new();
    files(&root, &mut all);
    all.retain(|p| p.to_string_lossy().contains(&wanted));
    assert!(!all.is_empty(), "no file below {} matches", root.display());
    let engines = lir_engines();
    let failures: Vec<String> =
        all.iter().filter_map(|p| check(p, &engines, bless).err().map(|e| format!("{}: {e}", p.display()))).collect();
    assert!(failures.is_empty(), "{} of {} files failed:\n\n{}", failures.len(), all.len(), failures.join("\n\n"));
}
