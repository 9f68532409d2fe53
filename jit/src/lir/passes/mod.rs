//! LIR passes: what every back end profits from.
//!
//! Each pass is a row of [`PASSES`]; [`optimise`] is the recipe. All of them
//! keep a well-formed module well-formed and none needs another to be right.

pub mod cleanup;
pub mod cse;
pub mod dce;
pub mod fold;
pub mod params;
pub mod range_check;

use super::{Func, Inst, InstData, Module, Value};

/// A pass over one function; true = changed something.
pub type PassFn = fn(&Module, &mut Func) -> bool;

/// Every pass by name.
pub const PASSES: &[(&str, PassFn)] = &[
    ("params", |_, f| params::run(f)),
    ("fold", |_, f| fold::run(f)),
    ("cse", cse::run),
    ("range-check", |_, f| range_check::run(f)),
    ("dce", dce::run),
    ("cleanup", |_, f| cleanup::run(f)),
];

/// The recipe, by pass name.
const RECIPE: &[&str] = &["cleanup", "params", "fold", "cse", "params", "fold", "range-check", "fold", "cleanup", "params", "dce"];

/// Passes left out: names in `TAIPAN_NO_PASS`, comma-separated (for bisection).
fn killed(name: &str) -> bool {
    use std::sync::OnceLock;
    static OFF: OnceLock<String> = OnceLock::new();
    OFF.get_or_init(|| std::env::var("TAIPAN_NO_PASS").unwrap_or_default()).split(',').any(|n| n == name)
}

/// Runs the recipe on every function of `module`.
pub fn optimise(module: &mut Module) {
    for i in 0..module.funcs.len() {
        let mut f = std::mem::take(&mut module.funcs[i]);
        for name in RECIPE {
            if let Some((_, run)) = PASSES.iter().find(|p| p.0 == *name)
                && !killed(name)
            {
                run(module, &mut f);
            }
        }
        module.funcs[i] = f;
    }
}

/// Everything between lowering and the back ends: the recipe, then reference
/// counting (which must come last and must come).
pub fn finish(module: &mut Module) {
    optimise(module);
    super::ownership::insert(module);
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
