//! Texts for `inspect_types`, `inspect_llvm` and `inspect_asm`.

use crate::outside::Function;
use taipan_jit::hir::value::JitFunction;
use taipan_jit::llvm::{Engine, Text};
use taipan_jit::specialisation::Specialisation;
use taipan_jit::tier;

/// One form of a compiled function.
pub fn text(form: &str, code: &Specialisation, function: &Function) -> String {
    match form {
        "types" => types(code, function),
        "llvm" => llvm(code, Text::Optimised),
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

fn types(code: &Specialisation, function: &Function) -> String {
    let args: Vec<String> = code.arg_types.iter().map(ToString::to_string).collect();
    format!("{} ({}) -> {}", function.name(), args.join(", "), code.return_type)
}
