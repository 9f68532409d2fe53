//! What the user asked of the compiler: tier, dumps, statistics.
//!
//! Set once at start-up by the command line; read from anywhere in the process.

use std::sync::OnceLock;

/// How far compilation may go (`-X jit=…`, `TAIPAN_JIT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TierMode {
    /// Nothing is compiled: jitted functions run in the interpreter.
    Off,
    /// The compiler's lower form is interpreted: slow, for comparing with.
    Lir,
    /// Only the quick baseline tier.
    Baseline,
    /// Baseline first, then the optimising tier in the background.
    #[default]
    Full,
}

/// Spellings of the tier modes; the first column is what the user writes.
pub const TIER_MODES: &[(&str, TierMode)] = &[
    ("off", TierMode::Off),
    ("lir", TierMode::Lir),
    ("baseline", TierMode::Baseline),
    ("full", TierMode::Full),
];

impl TierMode {
    /// The mode spelled `name`, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        TIER_MODES
            .iter()
            .find(|(spelling, _)| *spelling == name)
            .map(|&(_, mode)| mode)
    }
}

/// One intermediate or final form that `--dump` can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DumpKind {
    /// The interpreter's instructions.
    Bytecode,
    /// The typed SSA form with Python meaning.
    Hir,
    /// The SSA form with machine meaning.
    Lir,
    /// Machine code of both tiers.
    Asm,
    /// LLVM's textual form, after its pipeline.
    Llvm,
}

/// Spellings of the dumps.
pub const DUMP_KINDS: &[(&str, DumpKind)] = &[
    ("bytecode", DumpKind::Bytecode),
    ("hir", DumpKind::Hir),
    ("lir", DumpKind::Lir),
    ("asm", DumpKind::Asm),
    ("llvm", DumpKind::Llvm),
];

/// Which forms to print, and of which function (`--dump=KIND,…[:FUNCTION]`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DumpSet {
    kinds: u8,
    function: Option<String>,
}

impl DumpSet {
    /// Reads `kind,kind…[:function]`. The error is the word that is not a kind.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kinds, function) = match text.split_once(':') {
            Some((kinds, function)) => (kinds, Some(function.to_owned())),
            None => (text, None),
        };
        let mut set = Self { kinds: 0, function };
        for word in kinds.split(',') {
            match DUMP_KINDS.iter().find(|(spelling, _)| *spelling == word) {
                Some(&(_, kind)) => set.kinds |= 1 << kind as u8,
                None => return Err(word.to_owned()),
            }
        }
        Ok(set)
    }

    /// Whether `kind` of the function or loop called `name` is to be printed.
    /// The filter matches the plain or the qualified name; of a loop, which is
    /// called `function:line`, with or without the line.
    pub fn wants(&self, kind: DumpKind, name: &str) -> bool {
        let function = name.split_once(':').map_or(name, |(function, _)| function);
        let last = |name: &str, wanted: &str| name.rsplit('.').next() == Some(wanted);
        self.has(kind)
            && self.function.as_deref().is_none_or(|wanted| {
                [name, function].iter().any(|name| wanted == *name || last(name, wanted))
            })
    }

    /// Whether `kind` of any function is to be printed.
    pub fn has(&self, kind: DumpKind) -> bool {
        self.kinds & (1 << kind as u8) != 0
    }

    /// The function to print, if not all are.
    pub fn function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// Whether nothing at all is to be printed.
    pub fn is_empty(&self) -> bool {
        self.kinds == 0
    }
}

/// The compiler's part of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JitOptions {
    /// How far compilation may go.
    pub tier: TierMode,
    /// What to print while compiling (to standard error).
    pub dump: DumpSet,
    /// Print statistics at exit (`--jit-stats`).
    pub stats: bool,
}

static OPTIONS: OnceLock<JitOptions> = OnceLock::new();

/// Fixes the options for the life of the process; later calls change nothing.
pub fn set(options: JitOptions) {
    let _ = OPTIONS.set(options);
}

/// The options in force: those given to [`set`], else the defaults.
pub fn get() -> &'static JitOptions {
    OPTIONS.get_or_init(JitOptions::default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dump_sets_select_kinds_and_functions() {
        let set = DumpSet::parse("hir,asm:kernel").unwrap();
        assert!(set.wants(DumpKind::Hir, "kernel"));
        assert!(set.wants(DumpKind::Asm, "outer.<locals>.kernel"));
        assert!(!set.wants(DumpKind::Lir, "kernel"));
        assert!(!set.wants(DumpKind::Hir, "other"));
        assert!(set.wants(DumpKind::Hir, "K.kernel:12"));
        assert!(DumpSet::parse("hir:kernel:12").unwrap().wants(DumpKind::Hir, "K.kernel:12"));
        assert!(!DumpSet::parse("hir:kernel:12").unwrap().wants(DumpKind::Hir, "kernel:13"));
        assert_eq!(DumpSet::parse("hir,machine"), Err("machine".to_owned()));
        assert!(DumpSet::default().is_empty());
    }

    #[test]
    fn tier_modes_are_found_by_name() {
        assert_eq!(TierMode::parse("baseline"), Some(TierMode::Baseline));
        assert_eq!(TierMode::parse("fast"), None);
    }
}
