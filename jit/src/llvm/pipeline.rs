//! The optimisation recipe.
//!
//! LIR arrives already lowered from typed, fused, bounds-checked loops, so a
//! short pipeline gives the speed of `default<O3>` in a fraction of its time.

use inkwell::OptimizationLevel;

/// Passes in `opt -passes` syntax and the code generator's level.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub passes: String,
    pub level: OptimizationLevel,
}

/// Early clean-up of one function: memory to SSA, redundant control flow.
const CLEAN: &str = "sroa<modify-cfg>,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>";

/// Loops into the form the vectoriser reads, then vectors.
const LOOPS: &str = "loop-mssa(loop-rotate,licm),simplifycfg,instcombine<no-verify-fixpoint>,loop(indvars,loop-deletion),\
    loop-mssa(licm),early-cse<memssa>,loop-vectorize,loop-load-elim,instcombine<no-verify-fixpoint>,simplifycfg,\
    slp-vectorizer,instcombine<no-verify-fixpoint>,loop-unroll,early-cse,instcombine<no-verify-fixpoint>,loop-mssa(licm),simplifycfg";

/// After approximate roots got their bodies: inline them, hoist constants.
pub const AFTER_ROOTS: &str = "always-inline,globaldce,function(instcombine<no-verify-fixpoint>,early-cse,loop-mssa(licm),simplifycfg)";

/// Last of all, when the size of each loop is known: fetch ahead in loops that
/// do much work on each line of memory (see `init`).
pub const PREFETCH: &str = "function(loop-data-prefetch)";

impl Pipeline {
    /// The recipe of this compiler. `calls` tells whether the module has more
    /// than one function, so that inlining is worth looking at.
    pub fn own(calls: bool) -> Pipeline {
        let inline = if calls { format!("function({CLEAN}),cgscc(devirt<1>(inline,function({CLEAN}))),") } else { format!("function({CLEAN}),") };
        Pipeline { passes: format!("{inline}function({LOOPS})"), level: OptimizationLevel::Default }
    }

    /// LLVM's own, for comparison.
    pub fn o3() -> Pipeline {
        Pipeline { passes: "default<O3>".into(), level: OptimizationLevel::Aggressive }
    }
}
