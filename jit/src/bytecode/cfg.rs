//! Basic blocks, dominators, natural loops and local-variable liveness of a
//! code object. Ordinary code ignores exception edges: its handlers are reached
//! only by leaving compiled code.

use super::{Code, Opcode};
use crate::error::CompileError;
use std::ops::Range;

/// A basic block: instruction positions and neighbours.
#[derive(Clone, Debug, Default)]
pub struct BasicBlock {
    /// Positions in [`Code::instrs`].
    pub range: Range<usize>,
    /// Fall-through first, then the jump target.
    pub succs: Vec<usize>,
    pub preds: Vec<usize>,
}

/// The control-flow graph. Only blocks reachable from the entry have
/// neighbours and a place in `rpo`.
#[derive(Clone, Debug, Default)]
pub struct Cfg {
    pub blocks: Vec<BasicBlock>,
    /// Block of each instruction position.
    pub block_of: Vec<usize>,
    /// Reachable blocks in reverse post-order.
    pub rpo: Vec<usize>,
    /// Immediate dominator; the entry's is itself; `usize::MAX` = unreachable.
    pub idom: Vec<usize>,
    /// Blocks that some back edge targets.
    pub is_header: Vec<bool>,
    /// The handler (index into [`Code::handlers`]) that exceptions of each
    /// block go to; its block is among the successors.
    pub catches: Vec<Option<usize>>,
    /// The handler that each block begins.
    pub begins: Vec<Option<usize>>,
}

impl Cfg {
    /// Splits the code into blocks.
    ///
    /// # Errors
    /// A jump to an offset where no instruction starts: our bug.
    pub fn new(code: &Code) -> Result<Cfg, CompileError> {
        Cfg::build(code, &vec![None; code.instrs.len()])
    }

    /// As [`Cfg::new`], with the edges to the handlers of `try` statements.
    ///
    /// # Errors
    /// As [`Cfg::new`].
    pub fn with_handlers(code: &Code) -> Result<Cfg, CompileError> {
        Cfg::build(code, &guards(code))
    }

    fn build(code: &Code, guards: &[Option<usize>]) -> Result<Cfg, CompileError> {
        let n = code.instrs.len();
        let mut leader = vec![false; n + 1];
        leader[0] = true;
        for p in 1..n {
            leader[p] = guards[p] != guards[p - 1];
        }
        for h in guards.iter().flatten() {
            leader[position(code, code.handlers[*h].target)?] = true;
        }
        for (p, i) in code.instrs.iter().enumerate() {
            if let Some(t) = i.target() {
                let t = position(code, t)?;
                leader[t] = true;
                if i.op == Opcode::ForIter && code.instrs[t].op == Opcode::EndFor {
                    leader[t + 1] = true;
                }
                leader[p + 1] = true;
            } else if !i.falls_through() {
                leader[p + 1] = true;
            }
        }
        let mut cfg = Cfg { block_of: vec![0; n], ..Cfg::default() };
        let mut start = 0;
        leader[n] = true;
        for p in leader.iter().enumerate().skip(1).filter_map(|(p, leads)| leads.then_some(p)) {
            cfg.block_of[start..p].fill(cfg.blocks.len());
            cfg.blocks.push(BasicBlock { range: start..p, ..BasicBlock::default() });
            start = p;
        }
        cfg.catches = cfg.blocks.iter().map(|b| guards[b.range.start]).collect();
        cfg.begins = vec![None; cfg.blocks.len()];
        for h in guards.iter().flatten() {
            let begun = cfg.block_of[position(code, code.handlers[*h].target)?];
            cfg.begins[begun] = Some(*h);
        }
        cfg.connect(code)?;
        cfg.dominators();
        cfg.is_header = vec![false; cfg.blocks.len()];
        for &b in &cfg.rpo {
            for &s in &cfg.blocks[b].succs {
                if cfg.dominates(s, b) {
                    cfg.is_header[s] = true;
                }
            }
        }
        Ok(cfg)
    }

    fn connect(&mut self, code: &Code) -> Result<(), CompileError> {
        let mut seen = vec![false; self.blocks.len()];
        let mut post = Vec::new();
        // (block, next successor to visit)
        let mut stack = vec![(0usize, 0usize)];
        seen[0] = true;
        self.blocks[0].succs = self.successors(code, 0)?;
        while let Some((b, k)) = stack.last_mut() {
            let b = *b;
            // Visit the jump target first, so that the fall-through comes
            // first in reverse post-order (source order).
            let count = self.blocks[b].succs.len();
            if *k < count {
                let s = self.blocks[b].succs[count - 1 - *k];
                *k += 1;
                if !seen[s] {
                    seen[s] = true;
                    self.blocks[s].succs = self.successors(code, s)?;
                    stack.push((s, 0));
                }
            } else {
                post.push(b);
                stack.pop();
            }
        }
        post.reverse();
        for &b in &post {
            for s in self.blocks[b].succs.clone() {
                self.blocks[s].preds.push(b);
            }
        }
        self.rpo = post;
        Ok(())
    }

    fn successors(&self, code: &Code, b: usize) -> Result<Vec<usize>, CompileError> {
        let last = self.blocks[b].range.end - 1;
        let i = &code.instrs[last];
        let mut out = Vec::new();
        if i.falls_through() {
            match self.block_of.get(last + 1) {
                Some(n) => out.push(*n),
                None => return Err(CompileError::bug("bytecode runs past its end")),
            }
        }
        if let Some(t) = i.target() {
            let mut p = position(code, t)?;
            // An exhausted FOR_ITER skips END_FOR: nothing was pushed.
            if i.op == Opcode::ForIter && code.instrs[p].op == Opcode::EndFor {
                p += 1;
            }
            out.push(self.block_of[p]);
        }
        if let Some(h) = self.catches[b] {
            out.push(self.block_of[position(code, code.handlers[h].target)?]);
        }
        Ok(out)
    }

    /// Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm".
    fn dominators(&mut self) {
        let mut order = vec![usize::MAX; self.blocks.len()];
        for (n, &b) in self.rpo.iter().enumerate() {
            order[b] = n;
        }
        self.idom = vec![usize::MAX; self.blocks.len()];
        self.idom[0] = 0;
        let mut changed = true;
        while changed {
            changed = false;
            for &b in &self.rpo[1..] {
                let mut new = usize::MAX;
                for &p in &self.blocks[b].preds {
                    if self.idom[p] == usize::MAX {
                        continue;
                    }
                    new = if new == usize::MAX { p } else { self.meet(&order, new, p) };
                }
                if self.idom[b] != new {
                    self.idom[b] = new;
                    changed = true;
                }
            }
        }
    }

    fn meet(&self, order: &[usize], mut a: usize, mut b: usize) -> usize {
        while a != b {
            while order[a] > order[b] {
                a = self.idom[a];
            }
            while order[b] > order[a] {
                b = self.idom[b];
            }
        }
        a
    }

    /// Does every path to `b` pass through `a`?
    pub fn dominates(&self, a: usize, mut b: usize) -> bool {
        loop {
            if a == b {
                return true;
            }
            match self.idom[b] {
                usize::MAX => return false,
                d if d == b => return false,
                d => b = d,
            }
        }
    }

    /// Blocks of the natural loop with this header (header included), or
    /// nothing if no back edge goes there.
    pub fn natural_loop(&self, header: usize) -> Vec<usize> {
        let mut inside = vec![false; self.blocks.len()];
        inside[header] = true;
        let mut out = vec![header];
        let backs = self.blocks[header].preds.iter().copied().filter(|p| self.dominates(header, *p));
        let mut work: Vec<usize> = backs.collect();
        if work.is_empty() {
            return vec![];
        }
        while let Some(b) = work.pop() {
            if !inside[b] {
                inside[b] = true;
                out.push(b);
                work.extend(&self.blocks[b].preds);
            }
        }
        out
    }
}

/// For each instruction the handler that what it raises goes to, where a `try`
/// is at the end of the way: handlers that only clean up and raise again (those
/// of comprehensions) are left out elsewhere.
fn guards(code: &Code) -> Vec<Option<usize>> {
    let covering = |p: usize| {
        let at = code.instrs[p].start;
        code.handlers.iter().position(|h| h.start <= at && at < h.end)
    };
    let reaches_try = |mut h: usize| {
        for _ in 0..=code.handlers.len() {
            let Some(target) = code.position(code.handlers[h].target) else { return false };
            if code.instrs[target].op == Opcode::PushExcInfo {
                return true;
            }
            match covering(target) {
                Some(next) => h = next,
                None => return false,
            }
        }
        false
    };
    (0..code.instrs.len()).map(|p| covering(p).filter(|h| reaches_try(*h))).collect()
}

fn position(code: &Code, offset: u32) -> Result<usize, CompileError> {
    match code.position(offset) {
        Some(p) if code.instrs[p].start == offset || code.instrs[p].offset == offset => Ok(p),
        _ => Err(CompileError::bug(format!("jump to offset {offset} between instructions"))),
    }
}

/// What an instruction does to local slots, in order: (slot, access).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    Clear,
}

/// The fast-local accesses of an instruction, in execution order. Cells and
/// free variables are accessed by the DEREF forms, which are included.
pub fn accesses(i: &super::Instr) -> Vec<(u32, Access)> {
    use Access::{Clear, Read, Write};
    let (hi, lo) = (i.arg >> 4, i.arg & 15);
    match i.op {
        Opcode::LoadFast | Opcode::LoadFastBorrow | Opcode::LoadFastCheck | Opcode::LoadDeref => vec![(i.arg, Read)],
        Opcode::LoadFastLoadFast | Opcode::LoadFastBorrowLoadFastBorrow => vec![(hi, Read), (lo, Read)],
        Opcode::LoadFastAndClear => vec![(i.arg, Clear)],
        Opcode::StoreFast | Opcode::StoreDeref => vec![(i.arg, Write)],
        Opcode::StoreFastLoadFast => vec![(hi, Write), (lo, Read)],
        Opcode::StoreFastStoreFast => vec![(hi, Write), (lo, Write)],
        Opcode::DeleteFast | Opcode::DeleteDeref => vec![(i.arg, Clear)],
        _ => vec![],
    }
}

/// For each block, the local slots that are certainly assigned at its start.
/// `at_entry` are those assigned when the function starts.
pub fn definitely_assigned(code: &Code, cfg: &Cfg, at_entry: &[bool]) -> Vec<Vec<bool>> {
    let n = code.locals.len();
    // Optimistic start: everything assigned; shrink to the fixpoint.
    let mut state = vec![vec![true; n]; cfg.blocks.len()];
    state[0] = at_entry.to_vec();
    let mut work: Vec<usize> = cfg.rpo.iter().rev().copied().collect();
    while let Some(b) = work.pop() {
        let mut now = state[b].clone();
        for i in &code.instrs[cfg.blocks[b].range.clone()] {
            for (slot, access) in accesses(i) {
                match access {
                    Access::Read => {}
                    Access::Write => now[slot as usize] = true,
                    Access::Clear => now[slot as usize] = false,
                }
            }
        }
        // A handler is entered from anywhere in the block.
        let mut anywhere = state[b].clone();
        for i in &code.instrs[cfg.blocks[b].range.clone()] {
            for (slot, _) in accesses(i).into_iter().filter(|a| a.1 == Access::Clear) {
                anywhere[slot as usize] = false;
            }
        }
        for &s in &cfg.blocks[b].succs {
            let mut changed = false;
            let leaving = if cfg.begins[s].is_some() { &anywhere } else { &now };
            for (a, v) in state[s].iter_mut().zip(leaving) {
                if *a && !*v {
                    *a = false;
                    changed = true;
                }
            }
            if changed {
                work.push(s);
            }
        }
    }
    state
}

/// For each block, the local slots that may be read after its start before
/// being written.
pub fn live_in(code: &Code, cfg: &Cfg) -> Vec<Vec<bool>> {
    let n = code.locals.len();
    let mut live = vec![vec![false; n]; cfg.blocks.len()];
    let mut work: Vec<usize> = cfg.rpo.clone();
    while let Some(b) = work.pop() {
        let mut now = vec![false; n];
        for &s in &cfg.blocks[b].succs {
            for (a, v) in now.iter_mut().zip(&live[s]) {
                *a |= *v;
            }
        }
        for i in code.instrs[cfg.blocks[b].range.clone()].iter().rev() {
            for (slot, access) in accesses(i).into_iter().rev() {
                // A cleared slot is saved on the stack and restored later.
                now[slot as usize] = access != Access::Write;
            }
        }
        for &s in cfg.blocks[b].succs.iter().filter(|s| cfg.begins[**s].is_some()) {
            for (a, v) in now.iter_mut().zip(&live[s]) {
                *a |= *v;
            }
        }
        if now != live[b] {
            live[b] = now;
            work.extend(&cfg.blocks[b].preds);
        }
    }
    live
}
