//! Removes instructions and block parameters whose values nobody needs.

use super::params::drop_params;
use crate::lir::op::{Effect, Op};
use crate::lir::{Aux, Func, InstData, Module, Value};

/// Must the instruction stay whatever becomes of its results?
fn is_root(m: &Module, i: &InstData) -> bool {
    match i.op.effect() {
        Effect::Pure | Effect::Read => false,
        Effect::Call if i.op == Op::CallSym => match &i.aux {
            Aux::Sym(s) => !m.symbols[s.index()].pure_fn,
            _ => true,
        },
        Effect::Write | Effect::Call | Effect::Terminator => true,
    }
}

/// Runs the pass.
pub fn run(m: &Module, f: &mut Func) -> bool {
    let defs = super::definitions(f);
    // Block and position of each parameter.
    let mut param: Vec<Option<(u32, u32)>> = vec![None; f.values.len()];
    let mut incoming: Vec<Vec<Value>> = vec![vec![]; f.values.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for (n, p) in block.params.iter().enumerate() {
            param[p.index()] = Some((b as u32, n as u32));
        }
    }
    let mut live = vec![false; f.values.len()];
    let mut work: Vec<Value> = Vec::new();
    for block in &f.blocks {
        for i in &block.insts {
            let inst = &f.insts[i.index()];
            for t in inst.targets() {
                for (a, p) in t.args.iter().zip(&f.blocks[t.block.index()].params) {
                    incoming[p.index()].push(*a);
                }
            }
            if is_root(m, inst) {
                work.extend(&inst.args);
            }
        }
    }
    work.extend(&f.blocks[0].params);
    while let Some(v) = work.pop() {
        if std::mem::replace(&mut live[v.index()], true) {
            continue;
        }
        match defs[v.index()] {
            Some(i) => {
                let inst = &f.insts[i.index()];
                if !is_root(m, inst) {
                    work.extend(&inst.args);
                }
            }
            None => work.extend(&incoming[v.index()]),
        }
    }
    let mut any = false;
    let insts = &f.insts;
    for block in f.blocks.iter_mut() {
        let before = block.insts.len();
        block.insts.retain(|i| {
            let inst = &insts[i.index()];
            is_root(m, inst) || inst.results.iter().any(|r| live[r.index()])
        });
        any |= before != block.insts.len();
    }
    let dead: Vec<bool> = (0..live.len()).map(|v| !live[v] && param[v].is_some_and(|(b, _)| b != 0)).collect();
    if dead.iter().any(|d| *d) {
        drop_params(f, &dead);
        any = true;
    }
    any
}
