//! The table of compiler passes: every pass named once, with its timer, dump
//! name and kill switch.
//!
//! A pass runs inside [`run`], which times it. `TAIPAN_SKIP=name,name` turns
//! optional passes off (to find the one that breaks something); passes that
//! the pipeline cannot do without ignore it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

macro_rules! passes {
    ($( $(#[$m:meta])* $name:ident $text:literal $optional:literal; )*) => {
        /// A compiler pass.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Pass { $( $(#[$m])* $name, )* }
        impl Pass {
            /// Every pass in pipeline order.
            pub const ALL: &'static [Pass] = &[ $( Pass::$name, )* ];
            /// Name in reports, dumps and `TAIPAN_SKIP`.
            pub fn name(self) -> &'static str { match self { $( Pass::$name => $text, )* } }
            /// May it be skipped?
            pub fn optional(self) -> bool { match self { $( Pass::$name => $optional, )* } }
        }
    };
}

passes! {
    /// Bytecode to instructions and blocks.
    Decode "decode" false;
    /// Instructions to HIR.
    Hir "hir" false;
    /// Types.
    Infer "infer" false;
    /// Inlining of small jitted callees.
    Inline "inline" true;
    /// Array expressions into one loop.
    Fuse "fuse" true;
    /// Parallel regions.
    Parallel "parallel" true;
    /// HIR to LIR.
    Lower "lower" false;
    /// Unreachable, empty and single-entry blocks of LIR.
    LirCleanup "lir.cleanup" true;
    /// Redundant block parameters.
    LirParams "lir.params" true;
    /// Constants and simple algebra.
    LirFold "lir.fold" true;
    /// Common subexpressions.
    LirCse "lir.cse" true;
    /// Bounds checks that cannot fail.
    LirRangeCheck "lir.range-check" true;
    /// Branches around little work.
    LirIfConvert "lir.if-convert" true;
    /// Bounds checks out of inner loops.
    LirVersions "lir.versions" true;
    /// Unused instructions and parameters.
    LirDce "lir.dce" true;
    /// Reference counts.
    LirOwnership "lir.ownership" false;
    /// LIR verifier.
    Verify "verify" true;
    /// Machine code of the baseline tier.
    Baseline "baseline" false;
    /// LIR to LLVM IR.
    LlvmBuild "llvm.build" false;
    /// LLVM's pass pipeline.
    LlvmOptimise "llvm.optimise" false;
    /// LLVM's code generator.
    LlvmEmit "llvm.emit" false;
    /// Linking into the process.
    LlvmLink "llvm.link" false;
}

const COUNT: usize = Pass::ALL.len();
static NANOSECONDS: [AtomicU64; COUNT] = [const { AtomicU64::new(0) }; COUNT];
static RUNS: [AtomicU64; COUNT] = [const { AtomicU64::new(0) }; COUNT];

/// Is the pass on? Always for passes that are not optional.
pub fn enabled(pass: Pass) -> bool {
    static SKIP: OnceLock<Vec<String>> = OnceLock::new();
    let skip = SKIP.get_or_init(|| std::env::var("TAIPAN_SKIP").map(|v| v.split(',').map(str::to_owned).collect()).unwrap_or_default());
    !pass.optional() || !skip.iter().any(|s| s == pass.name())
}

/// Runs a pass under its timer.
pub fn run<R>(pass: Pass, f: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let r = f();
    add(pass, start.elapsed());
    r
}

/// Adds time measured elsewhere.
pub fn add(pass: Pass, time: Duration) {
    NANOSECONDS[pass as usize].fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    RUNS[pass as usize].fetch_add(1, Ordering::Relaxed);
}

/// [`add`] by name; unknown names are dropped.
pub fn add_named(name: &str, time: Duration) {
    if let Some(p) = Pass::ALL.iter().find(|p| p.name() == name) {
        add(*p, time);
    }
}

/// Time and number of runs of a pass so far.
pub fn total(pass: Pass) -> (Duration, u64) {
    let n = pass as usize;
    (Duration::from_nanos(NANOSECONDS[n].load(Ordering::Relaxed)), RUNS[n].load(Ordering::Relaxed))
}

/// A line for every pass that ran.
pub fn report() -> String {
    let mut out = String::from("pass            runs         ms\n");
    for p in Pass::ALL {
        let (time, runs) = total(*p);
        if runs > 0 {
            out.push_str(&format!("{:<14} {runs:>5} {:>10.3}\n", p.name(), time.as_secs_f64() * 1e3));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_are_timed_under_their_names() {
        let before = total(Pass::Fuse).1;
        assert_eq!(run(Pass::Fuse, || 5), 5);
        add_named("fuse", Duration::from_millis(3));
        add_named("no such pass", Duration::from_millis(3));
        let (time, runs) = total(Pass::Fuse);
        assert_eq!(runs, before + 2);
        assert!(time >= Duration::from_millis(3) && report().contains("fuse"));
        assert!(enabled(Pass::Lower));
    }
}
