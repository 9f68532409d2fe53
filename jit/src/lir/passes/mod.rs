//! LIR passes: what every back end profits from.
//!
//! Each pass is a row of [`PASSES`]; [`optimise`] is the recipe. All of them
//! keep a well-formed module well-formed and none needs another to be right.

pub mod cleanup;
pub mod cse;
pub mod dce;
pub mod fold;
pub mod if_convert;
pub mod params;
pub mod range_check;
pub mod versioning;

use super::{Func, Inst, InstData, Module, Value};
use crate::timing::{self, Pass};

/// A pass over one function; true = changed something.
pub type PassFn = fn(&Module, &mut Func) -> bool;

/// Every pass with its name, timer and kill switch.
pub const PASSES: &[(Pass, PassFn)] = &[
    (Pass::LirCleanup, |_, f| cleanup::run(f)),
    (Pass::LirParams, |_, f| params::run(f)),
    (Pass::LirFold, |_, f| fold::run(f)),
    (Pass::LirCse, cse::run),
    (Pass::LirRangeCheck, |_, f| range_check::run(f)),
    (Pass::LirIfConvert, |_, f| if_convert::run(f)),
    (Pass::LirVersions, versioning::run),
    (Pass::LirDce, dce::run),
];

/// The recipe.
const RECIPE: &[Pass] = &[
    Pass::LirCleanup,
    Pass::LirParams,
    Pass::LirFold,
    Pass::LirCse,
    Pass::LirParams,
    Pass::LirFold,
    Pass::LirRangeCheck,
    Pass::LirCleanup,
    Pass::LirParams,
    Pass::LirIfConvert,
    Pass::LirCleanup,
    Pass::LirVersions,
    Pass::LirCleanup,
    Pass::LirDce,
];

/// Runs the recipe on every function of `module`.
pub fn optimise(module: &mut Module) {
    for i in 0..module.funcs.len() {
        let mut f = std::mem::take(&mut module.funcs[i]);
        for pass in RECIPE {
            if let Some((_, run)) = PASSES.iter().find(|p| p.0 == *pass)
                && timing::enabled(*pass)
            {
                timing::run(*pass, || run(module, &mut f));
            }
        }
        module.funcs[i] = f;
    }
}

/// Everything between lowering and the back ends: the recipe, then reference
/// counting (which must come last and must come).
pub fn finish(module: &mut Module) {
    optimise(module);
    timing::run(Pass::LirOwnership, || super::ownership::insert(module));
}

/// The instruction that defines each value (`None`: block parameters).
pub fn definitions(f: &Func) -> Vec<Option<Inst>> {
    let mut defs = vec![None; f.values.len()];
    for b in &f.blocks {
        for i in &b.insts {
            for r in &f.insts[i.index()].results {
                defs[r.index()] = Some(*i);
            }
        }
    }
    defs
}

/// Values replaced by others; `find` follows chains.
pub struct Replacements(Vec<Value>);

impl Replacements {
    /// None yet.
    pub fn new(f: &Func) -> Self {
        Replacements((0..f.values.len()).map(Value::new).collect())
    }
    /// What stands for `v`.
    pub fn find(&mut self, mut v: Value) -> Value {
        while self.0[v.index()] != v {
            let next = self.0[v.index()];
            self.0[v.index()] = self.0[next.index()];
            v = next;
        }
        v
    }
    /// From now on `to` stands for `from`.
    pub fn replace(&mut self, from: Value, to: Value) {
        let (from, to) = (self.find(from), self.find(to));
        self.0[from.index()] = to;
    }
    /// Rewrites every use.
    pub fn apply(&mut self, f: &mut Func) {
        for i in f.insts.iter_mut() {
            i.map_uses(|v| self.find(v));
        }
    }
}

/// The constant bits of an integer constant.
pub fn int_const(f: &Func, defs: &[Option<Inst>], v: Value) -> Option<i64> {
    let i: &InstData = &f.insts[defs[v.index()]?.index()];
    (i.op == super::op::Op::Iconst).then_some(i.imm)
}
