//! Printing the forms that `--dump` asks for, to standard error.
//!
//! Each form goes out in one piece, as the compile thread prints too. What
//! cannot be written is lost: a pager that was closed must not end the program.

use crate::options::{self, DUMP_KINDS, DumpKind, TierMode};
use crate::queue;
use std::fmt::Display;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Kinds of which something was printed, a bit each.
static PRINTED: AtomicU8 = AtomicU8::new(0);
/// The program is over: only what is to be printed is still compiled.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Prints `text` if `kind` of the function or loop called `name` is wanted.
/// Forms that look alike get the tier that made them as a title.
pub fn print<T: Display>(kind: DumpKind, name: &str, tier: Option<&str>, text: impl FnOnce() -> T) {
    let wanted = &options::get().dump;
    if wanted.is_empty() || !wanted.wants(kind, name) {
        return;
    }
    PRINTED.fetch_or(1 << kind as u8, Ordering::Relaxed);
    let title = tier.map_or(String::new(), |tier| format!("; {name}, {tier}\n"));
    write(&format!("{title}{}\n", text()));
}

/// Writes to standard error, or not, if that is closed or full.
pub fn write(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Will the optimising tier's code of `name` be printed?
pub fn awaits_optimised(name: &str) -> bool {
    let wanted = &options::get().dump;
    !wanted.is_empty() && (wanted.wants(DumpKind::Llvm, name) || wanted.wants(DumpKind::Asm, name))
}

/// Is compiling `name` with LLVM of no use any more?
pub fn is_late(name: &str) -> bool {
    ENDING.load(Ordering::Relaxed) && !awaits_optimised(name)
}

/// At the end of the program: waits for code that is to be printed and is not
/// ready yet, unless `interrupted`, and says what there was none of.
pub fn finish(interrupted: impl Fn() -> bool) {
    let wanted = &options::get().dump;
    if wanted.is_empty() {
        return;
    }
    if wanted.has(DumpKind::Llvm) || wanted.has(DumpKind::Asm) {
        ENDING.store(true, Ordering::Relaxed);
        queue::wait_idle_unless(interrupted);
    }
    let printed = PRINTED.load(Ordering::Relaxed);
    let missing: Vec<&str> = DUMP_KINDS
        .iter()
        .filter(|(_, kind)| wanted.has(*kind) && printed & (1 << *kind as u8) == 0)
        .map(|(spelling, _)| *spelling)
        .collect();
    if let Some(reason) = reason(&missing, wanted.function(), options::get().tier) {
        write(&format!("--dump: {reason}\n"));
    }
}

/// Why there were no forms of these kinds.
fn reason(missing: &[&str], function: Option<&str>, tier: TierMode) -> Option<String> {
    let forms = missing.join(", ");
    Some(match (missing, tier, function) {
        ([], ..) => return None,
        (_, TierMode::Off, _) => "nothing is compiled with -X jit=off".to_owned(),
        (["llvm"], TierMode::Baseline | TierMode::Lir, _) => "LLVM is not used with this -X jit".to_owned(),
        (_, _, Some(name)) => format!("no {forms} of '{name}': nothing called so was compiled"),
        (_, _, None) => format!("no {forms}: nothing was compiled"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_explained() {
        assert_eq!(reason(&[], None, TierMode::Full), None);
        assert_eq!(reason(&["hir"], Some("f"), TierMode::Full).unwrap(), "no hir of 'f': nothing called so was compiled");
        assert_eq!(reason(&["hir", "asm"], None, TierMode::Full).unwrap(), "no hir, asm: nothing was compiled");
        assert!(reason(&["llvm"], None, TierMode::Baseline).unwrap().contains("LLVM"));
        assert!(reason(&["hir"], Some("f"), TierMode::Off).unwrap().contains("jit=off"));
    }
}
