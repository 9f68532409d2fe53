//! The HIR verifier. What it accepts is what passes and lowering may rely on:
//!
//! **Structure**
//! 1. Block 0 is never a jump target; every target exists.
//! 2. Edge arguments match the target's parameters in number and, once the
//!    function is typed, in type.
//! 3. The tables of types, names and fusion flags have one row a value.
//!
//! **Values**
//! 4. Every value is defined once, as a block parameter or a result.
//! 5. In reachable blocks a definition dominates every use; for an edge
//!    argument, the end of the block it leaves. Frame states use values like
//!    the instruction that names them.
//!
//! **Operations**
//! 6. `IterNext` has three results, `SetItem`, `CheckDefined` and `Poll` none,
//!    everything else one.
//! 7. Branch conditions are bool (typed functions).
//! 8. Returned values have the function's return type (typed functions).
//! 9. Nopython functions have no frame states, exits, polls or guards; typed
//!    ones have no `Closure`.
//! 10. In ordinary loops the entry has one parameter for each variable, then
//!     the stack; frame states have one local for each variable.

use super::edit::Def;
use super::types::Type;
use super::{Block, Func, Op, State, Term, Value};

/// Checks a function; the error names the block.
///
/// # Errors
/// The first invariant that does not hold.
pub fn verify(f: &Func) -> Result<(), String> {
    let typed = f.return_type != Type::Unknown;
    let n = f.types.len();
    if f.names.len() != n || f.fused.len() != n {
        return Err("tables of values differ in length".into());
    }
    let order = f.reverse_post_order();
    let idom = dominators(f, &order);
    let defs = single_definitions(f)?;
    let check = Check { f, defs: &defs, idom: &idom };
    if f.ordinary && f.blocks[0].params.len() < f.variables.len() {
        return Err("fewer parameters than variables".into());
    }
    for b in order {
        let data = &f.blocks[b.index()];
        for (i, inst) in data.insts.iter().enumerate() {
            let at = format!("{b}: {}", inst.op);
            let expected = match inst.op {
                Op::IterNext { .. } => 3,
                Op::SetItem { .. } | Op::CheckDefined { .. } | Op::Poll => 0,
                _ => 1,
            };
            if inst.results.len() != expected {
                return Err(format!("{at}: {} results", inst.results.len()));
            }
            let mut bad = None;
            inst.op.for_uses(|v| {
                if !check.available(v, b, i) {
                    bad = Some(v);
                }
            });
            if let Some(v) = bad {
                return Err(format!("{at}: {v} is not defined here"));
            }
            check.state(inst.state, b, i).map_err(|e| format!("{at}: {e}"))?;
            let ordinary_only = matches!(inst.op, Op::Poll | Op::Guard { .. }) || inst.state.is_some();
            if ordinary_only && !f.ordinary {
                return Err(format!("{at}: only ordinary loops have this"));
            }
            if typed && matches!(inst.op, Op::Closure { .. }) {
                return Err(format!("{at}: inner function after inference"));
            }
        }
        check.term(b, typed)?;
    }
    Ok(())
}

fn single_definitions(f: &Func) -> Result<Vec<Def>, String> {
    let mut seen = vec![false; f.types.len()];
    for (b, data) in f.blocks.iter().enumerate() {
        let results = data.insts.iter().flat_map(|i| i.results.iter());
        for v in data.params.iter().chain(results) {
            match seen.get_mut(v.index()) {
                Some(s) if !*s => *s = true,
                Some(_) => return Err(format!("bb{b}: {v} is defined twice")),
                None => return Err(format!("bb{b}: {v} has no type")),
            }
        }
    }
    Ok(f.definitions())
}

/// Immediate dominators by block; the entry's is itself.
pub fn dominators(f: &Func, order: &[Block]) -> Vec<Option<Block>> {
    let mut number = vec![usize::MAX; f.blocks.len()];
    for (n, b) in order.iter().enumerate() {
        number[b.index()] = n;
    }
    let preds = f.predecessors();
    let mut idom: Vec<Option<Block>> = vec![None; f.blocks.len()];
    idom[0] = Some(Block(0));
    let mut changed = true;
    while changed {
        changed = false;
        for b in &order[1..] {
            let mut new: Option<Block> = None;
            for p in &preds[b.index()] {
                if idom[p.index()].is_none() {
                    continue;
                }
                new = Some(match new {
                    None => *p,
                    Some(mut x) => {
                        let mut y = *p;
                        while x != y {
                            while number[x.index()] > number[y.index()] {
                                x = idom[x.index()].unwrap_or(Block(0));
                            }
                            while number[y.index()] > number[x.index()] {
                                y = idom[y.index()].unwrap_or(Block(0));
                            }
                        }
                        x
                    }
                });
            }
            if new != idom[b.index()] {
                idom[b.index()] = new;
                changed = true;
            }
        }
    }
    idom
}

struct Check<'a> {
    f: &'a Func,
    defs: &'a [Def],
    idom: &'a [Option<Block>],
}

impl Check<'_> {
    fn dominates(&self, a: Block, mut b: Block) -> bool {
        loop {
            if a == b {
                return true;
            }
            match self.idom[b.index()] {
                Some(d) if d != b => b = d,
                _ => return false,
            }
        }
    }

    /// Is `v` defined before instruction `at` of block `b`?
    fn available(&self, v: Value, b: Block, at: usize) -> bool {
        match self.defs.get(v.index()) {
            Some(Def::Param(d, _)) => self.dominates(*d, b),
            Some(Def::Inst(d, i, _)) if *d == b => (*i as usize) < at,
            Some(Def::Inst(d, ..)) => self.dominates(*d, b),
            _ => false,
        }
    }

    fn state(&self, s: Option<State>, b: Block, at: usize) -> Result<(), String> {
        let Some(s) = s else { return Ok(()) };
        let Some(state) = self.f.states.get(s.index()) else { return Err(format!("no state {s}")) };
        if state.locals.len() != self.f.variables.len() {
            return Err(format!("{s} has {} locals", state.locals.len()));
        }
        match state.uses().find(|v| !self.available(*v, b, at)) {
            Some(v) => Err(format!("{s}: {v} is not defined here")),
            None => Ok(()),
        }
    }

    fn term(&self, b: Block, typed: bool) -> Result<(), String> {
        let f = self.f;
        let end = f.blocks[b.index()].insts.len();
        let term = &f.blocks[b.index()].term;
        let mut bad = None;
        term.for_uses(|v| {
            if !self.available(v, b, end) {
                bad = Some(v);
            }
        });
        for t in term.targets() {
            let Some(data) = f.blocks.get(t.block.index()) else { return Err(format!("{b}: no block {}", t.block)) };
            if t.block == Block(0) {
                return Err(format!("{b}: jump to the entry"));
            }
            if data.params.len() != t.args.len() {
                return Err(format!("{b}: {} arguments for {}", t.args.len(), t.block));
            }
            for (a, p) in t.args.iter().zip(&data.params) {
                if !self.available(*a, b, end) {
                    bad = Some(*a);
                }
                if typed && f.ty(*a) != f.ty(*p) {
                    return Err(format!("{b}: {a} of type {} for {p} of type {}", f.ty(*a), f.ty(*p)));
                }
            }
        }
        if let Some(t) = term.handler()
            && let Some(v) = t.args.iter().find(|v| !self.available(**v, b, 0))
        {
            return Err(format!("{b}: {v} is not defined where its handler may be entered"));
        }
        match term.inner() {
            Term::Branch { cond, .. } if typed && *f.ty(*cond) != Type::BOOL => {
                return Err(format!("{b}: condition of type {}", f.ty(*cond)));
            }
            Term::Return(v) if typed && *f.ty(*v) != f.return_type => {
                return Err(format!("{b}: returns {} instead of {}", f.ty(*v), f.return_type));
            }
            Term::Exit { .. } if !f.ordinary => return Err(format!("{b}: exit from nopython code")),
            Term::Exit { state, .. } => self.state(Some(*state), b, end).map_err(|e| format!("{b}: {e}"))?,
            _ => {}
        }
        match bad {
            Some(v) => Err(format!("{b}: {v} is not defined at the end")),
            None => Ok(()),
        }
    }
}
