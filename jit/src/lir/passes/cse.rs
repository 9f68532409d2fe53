//! Common subexpressions: a pure instruction that a dominating one already
//! computed is replaced by its result.

use super::Replacements;
use crate::lir::analysis::{Cfg, Dominators};
use crate::lir::op::{Effect, Op};
use crate::lir::{Aux, Block, Func, InstData, Module, Ty, Value};
use std::collections::HashMap;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    op: Op,
    ty: Ty,
    args: Vec<Value>,
    imm: i64,
    /// What of the extra data matters, as numbers.
    aux: (u8, u32),
}

fn key(m: &Module, i: &InstData) -> Option<Key> {
    let pure_call = i.op == Op::CallSym && matches!(&i.aux, Aux::Sym(s) if m.symbols[s.index()].pure_fn);
    if i.op.effect() != Effect::Pure && !pure_call {
        return None;
    }
    // Each stack slot is its own.
    if i.op == Op::StackAddr || i.results.len() != 1 {
        return None;
    }
    let aux = match &i.aux {
        Aux::None => (0, 0),
        Aux::Cc(c) => (1, *c as u32),
        Aux::Sym(s) => (2, s.0),
        Aux::Func(f) => (3, f.0),
        Aux::Fast(f) => (4, u32::from(f.0)),
        _ => return None,
    };
    let mut args = i.args.clone();
    if matches!(i.op, Op::Iadd | Op::Imul | Op::And | Op::Or | Op::Xor) {
        args.sort_unstable();
    }
    Some(Key { op: i.op, ty: i.ty, args, imm: i.imm, aux })
}

/// Runs the pass.
pub fn run(m: &Module, f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let dom = Dominators::new(&cfg);
    let mut to = Replacements::new(f);
    let mut seen: HashMap<Key, Vec<(Block, Value)>> = HashMap::new();
    let mut any = false;
    for &b in &cfg.rpo {
        let insts = f.blocks[b.index()].insts.clone();
        for i in insts {
            let inst = &mut f.insts[i.index()];
            inst.map_uses(|v| to.find(v));
            let Some(k) = key(m, inst) else { continue };
            let r = inst.results[0];
            let list = seen.entry(k).or_default();
            match list.iter().find(|(at, _)| dom.dominates(*at, b)) {
                Some((_, v)) => {
                    to.replace(r, *v);
                    any = true;
                }
                None => list.push((b, r)),
            }
        }
    }
    if any {
        to.apply(f);
        super::dce::run(m, f);
    }
    any
}
