//! Texts for `inspect_types`, `inspect_llvm` and `inspect_asm`.

use crate::outside::Function;
use crate::types;
use std::fmt::Write;
use taipan_jit::hir::listing::LineTypes;
use taipan_jit::hir::value::JitFunction;
use taipan_jit::llvm::{Engine, Text};
use taipan_jit::specialisation::Specialisation;
use taipan_jit::{pipeline, tier};

/// Columns of a rule across the page.
const WIDTH: usize = 80;

/// What one of the `inspect_` methods shows of a compiled function.
pub fn text(form: &str, code: &Specialisation, function: &Function) -> String {
    match form {
        "inspect_types" => types(code, function),
        "inspect_llvm" => llvm(code, Text::Optimised),
        _ => llvm(code, Text::Assembly),
    }
}

fn llvm(code: &Specialisation, form: Text) -> String {
    let Some(unit) = tier::unit(code.unit) else { return String::new() };
    match Engine::new().and_then(|mut engine| engine.text(&unit.request(), form)) {
        Ok(text) => text,
        Err(e) => format!("; {e}"),
    }
}

/// The source with the types of what each line computes.
fn types(code: &Specialisation, function: &Function) -> String {
    let args: Vec<String> = code.arg_types.iter().map(types::repr_of).collect();
    // As a tuple is written.
    let comma = if args.len() == 1 { "," } else { "" };
    let mut text = format!("{} ({}{comma})\n{}\n", function.name(), args.join(", "), "-".repeat(WIDTH));
    let func = match pipeline::typed(function, &code.arg_types) {
        Ok(func) => func,
        Err(e) => return text + &e.message,
    };
    let file = std::fs::read_to_string(&*func.file).unwrap_or_default();
    let source: Vec<&str> = file.lines().collect();
    let mut next = func.first_line;
    let _ = writeln!(text, "# File: {}", func.file);
    for LineTypes { line, steps } in func.by_line() {
        // Lines without code of their own belong to what follows them.
        let through = line.max(next);
        let shown = |n: u32| source.get(n as usize - 1).copied().unwrap_or("");
        let indent: String = shown(line).chars().take_while(|c| c.is_whitespace()).collect();
        for n in next..through {
            let _ = writeln!(text, "{}", shown(n));
        }
        let _ = writeln!(text, "\n{indent}# --- LINE {line} ---");
        for step in steps {
            let _ = writeln!(text, "{indent}#   {step}");
        }
        let _ = writeln!(text, "\n{}", shown(line));
        next = through + 1;
    }
    text + "\n" + &"=".repeat(WIDTH)
}
