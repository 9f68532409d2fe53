//! Loops: where they are, where they poll, and strip-mining.
//!
//! Every loop header polls. An innermost `for` loop without calls of unknown
//! length, over what has a known number of items, is cut into strips of
//! [`STRIP`] iterations:
//!
//! ```text
//! outer(p…):    poll; limit = end of this strip; jump inner(p…)
//! inner(p…):    has = next < limit; brif has -> body, at_end
//! at_end:       brif the iterator goes on -> outer(p…), exit
//! ```
//!
//! so that the inner loop is free of polls and the optimiser can vectorise
//! it. An iterator without a position that moves by 1 (a range with another
//! step) counts the iterations of a strip instead of comparing positions.

use super::iter::targets;
use super::{Lowerer, Parts, Side};
use crate::error::CompileError;
use crate::hir::types::Type;
use crate::hir::value::Global;
use crate::hir::{self, ExitReason, Op as Hop, Term};
use crate::lir::op::{Cc, Op};
use crate::lir::{self, Aux, Ty, Value};

/// Iterations between two polls of a strip-mined loop: about 10 µs of work.
pub const STRIP: i64 = 1 << 14;

/// Control flow of an HIR function.
#[derive(Debug)]
pub struct Cfg {
    pub preds: Vec<Vec<hir::Block>>,
    /// Reachable blocks in reverse postorder.
    pub order: Vec<hir::Block>,
    /// Position in `order`; `u32::MAX` = unreachable.
    position: Vec<u32>,
    idom: Vec<u32>,
    /// Blocks of the natural loop of each header, header included.
    pub loops: Vec<(hir::Block, Vec<hir::Block>)>,
}

impl Cfg {
    /// Analyses `f`.
    pub fn new(f: &hir::Func) -> Cfg {
        let n = f.blocks.len();
        let succs: Vec<Vec<usize>> = f.blocks.iter().map(|b| targets(&b.term).iter().map(|t| t.block.index()).collect()).collect();
        let mut post = Vec::new();
        let mut seen = vec![false; n];
        let mut stack = vec![(0, 0)];
        seen[0] = true;
        while let Some(top) = stack.last_mut() {
            let (b, i) = *top;
            // Second successors first: loop bodies come before what follows.
            if let Some(s) = succs[b].iter().rev().nth(i) {
                top.1 += 1;
                if !seen[*s] {
                    seen[*s] = true;
                    stack.push((*s, 0));
                }
            } else {
                post.push(b);
                stack.pop();
            }
        }
        let order: Vec<hir::Block> = post.iter().rev().map(|b| hir::Block::new(*b)).collect();
        let mut position = vec![u32::MAX; n];
        for (i, b) in order.iter().enumerate() {
            position[b.index()] = i as u32;
        }
        let mut preds = vec![Vec::new(); n];
        for b in &order {
            for s in &succs[b.index()] {
                preds[*s].push(*b);
            }
        }
        let idom = dominators(&order, &position, &preds);
        let mut cfg = Cfg { preds, order, position, idom, loops: vec![] };
        cfg.find_loops();
        cfg
    }

    fn find_loops(&mut self) {
        let mut loops: Vec<(hir::Block, Vec<hir::Block>)> = Vec::new();
        for h in self.order.clone() {
            let latches: Vec<hir::Block> = self.preds[h.index()].iter().copied().filter(|p| self.dominates(h, *p)).collect();
            if latches.is_empty() {
                continue;
            }
            let mut body = vec![h];
            let mut stack = latches;
            while let Some(b) = stack.pop() {
                if !body.contains(&b) {
                    body.push(b);
                    stack.extend(&self.preds[b.index()]);
                }
            }
            loops.push((h, body));
        }
        self.loops = loops;
    }

    /// Does every way to `b` lead through `a`? Both reachable.
    pub fn dominates(&self, a: hir::Block, b: hir::Block) -> bool {
        let (a, mut b) = (self.position[a.index()], self.position[b.index()]);
        while b > a {
            b = self.idom[b as usize];
        }
        a == b
    }

    /// Blocks of the loop that `h` heads.
    pub fn loop_of(&self, h: hir::Block) -> Option<&[hir::Block]> {
        self.loops.iter().find(|l| l.0 == h).map(|l| &*l.1)
    }

    /// Is `h` the target of a back edge (or of a retreating edge)?
    pub fn is_header(&self, h: hir::Block) -> bool {
        self.preds[h.index()].iter().any(|p| self.position[p.index()] >= self.position[h.index()])
    }

    /// Does the loop contain no other loop?
    fn innermost(&self, h: hir::Block, body: &[hir::Block]) -> bool {
        body.iter().all(|b| *b == h || !self.is_header(*b))
    }
}

/// Immediate dominators by position in reverse postorder (Cooper, Harvey,
/// Kennedy: "A simple, fast dominance algorithm").
fn dominators(order: &[hir::Block], position: &[u32], preds: &[Vec<hir::Block>]) -> Vec<u32> {
    let mut idom = vec![u32::MAX; order.len()];
    if idom.is_empty() {
        return idom;
    }
    idom[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for (i, b) in order.iter().enumerate().skip(1) {
            let mut new = u32::MAX;
            for p in &preds[b.index()] {
                let p = position[p.index()];
                if idom[p as usize] == u32::MAX {
                    continue;
                }
                new = if new == u32::MAX { p } else { intersect(&idom, p, new) };
            }
            if idom[i] != new {
                idom[i] = new;
                changed = true;
            }
        }
    }
    idom
}

fn intersect(idom: &[u32], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        while a > b {
            a = idom[a as usize];
        }
        while b > a {
            b = idom[b as usize];
        }
    }
    a
}

/// A strip-mined loop, while its blocks are lowered.
#[derive(Clone, Debug)]
pub struct Strip {
    pub header: hir::Block,
    outer: lir::Block,
    /// The loop condition.
    pub has: Value,
    /// Does the iterator go on behind the strip?
    more: More,
    /// Iterations done in this strip, for the back edges.
    pub counter: Option<Value>,
}

#[derive(Clone, Copy, Debug)]
enum More {
    /// While the first position is below the second.
    Below(Value, Value),
    /// If this is true.
    Known(Value),
}

impl<'a> Lowerer<'a> {
    /// Poll and strips at the start of loop header `h`. Ordinary loops poll
    /// where the header says (`Op::Poll`).
    pub(crate) fn loop_prologue(&mut self, h: hir::Block) -> Result<(), CompileError> {
        if !self.hir.ordinary {
            let number = self.cfg.loops.iter().position(|l| l.0 == h).unwrap_or(0) as i64;
            self.b.push(Op::Poll, Ty::I1, &[], number, Aux::None, &[]);
        }
        // The block of the header, which the next strip begins with: the poll
        // of an ordinary loop ends it.
        let outer = self.b.block;
        if let Some(iter) = self.strip_candidate(h) {
            if let Some(poll) = self.hir.blocks[h.index()].insts.iter().find(|i| matches!(i.op, Hop::Poll)) {
                self.set_line(poll.line, poll.state);
                self.exit_on_poll()?;
            }
            self.open_strip(h, outer, iter);
        }
        Ok(())
    }

    /// Leaves an ordinary loop when the poll word is set.
    pub(crate) fn exit_on_poll(&mut self) -> Result<(), CompileError> {
        let word = self.b.op(Op::LoadPoll, Ty::I32, &[], 0);
        let zero = self.b.iconst(Ty::I32, 0);
        let c = self.b.icmp(Cc::Ne, word, zero);
        self.exit_if(c, ExitReason::Poll)
    }

    /// The iterator that header `h` walks, if the loop can be cut into strips.
    fn strip_candidate(&self, h: hir::Block) -> Option<hir::Value> {
        let body = self.cfg.loop_of(h)?;
        if !self.cfg.innermost(h, body) {
            return None;
        }
        let block = &self.hir.blocks[h.index()];
        let (last, before) = block.insts.split_last()?;
        let Hop::IterNext { iter } = last.op else { return None };
        if !before.iter().all(|i| matches!(i.op, Hop::Const(_) | Hop::Undef | Hop::Poll)) || !block.params.contains(&iter) {
            return None;
        }
        if !super::iter::is_counted(self.ty(iter)) {
            return None;
        }
        let Term::Branch { cond, then, otherwise } = &block.term else { return None };
        // A body that takes further items itself (another version of the same
        // bytecode) would run past a limit counted here.
        let index = block.params.iter().position(|p| *p == iter)?;
        let steps_once = |b: &hir::Block| {
            targets(&self.hir.blocks[b.index()].term).iter().all(|t| t.block != h || t.args[index] == last.results[2])
        };
        if !body.iter().all(steps_once) {
            return None;
        }
        if *cond != last.results[0] || !body.contains(&then.block) || body.contains(&otherwise.block) {
            return None;
        }
        body.iter().all(|b| self.hir.blocks[b.index()].insts.iter().all(|i| self.is_short(i))).then_some(iter)
    }

    /// Does the instruction take a bounded, short time?
    fn is_short(&self, i: &hir::Inst) -> bool {
        let scalar = |v: &hir::Value| !matches!(self.ty(*v), Type::Array(_));
        match &i.op {
            Hop::Call { callee, args, .. } => match self.ty(*callee) {
                Type::Global(g) => match &**g {
                    Global::Library(_) => args.iter().all(scalar) && i.results.iter().all(scalar),
                    Global::DType(_) | Global::NumbaType(_) => args.iter().all(scalar),
                    Global::ExceptionClass { .. } => true,
                    _ => false,
                },
                _ => false,
            },
            Hop::Binary { .. } | Hop::Unary { .. } | Hop::Compare { .. } | Hop::Contains { .. } => i.results.iter().all(scalar),
            Hop::SetItem { value, .. } => scalar(value),
            _ => true,
        }
    }

    /// In the header's LIR block, after the poll.
    fn open_strip(&mut self, h: hir::Block, outer: lir::Block, iter: hir::Value) {
        let t = self.ty(iter).clone();
        let p = self.parts(iter);
        let params: Vec<hir::Value> = self.hir.blocks[h.index()].params.clone();
        let mut args: Parts = params.iter().flat_map(|v| self.parts(*v)).collect();
        let strip_len = self.i64(STRIP);
        let steps_by_one = matches!(t, Type::RangeIter { .. }) && self.range_info(iter).and_then(|r| r.step) == Some(1);
        // The part that is compared with the limit, if there is one: else trips
        // are counted.
        let position = if steps_by_one { Some(0) } else { super::iter::position(&t) };
        let (limit, more) = if steps_by_one {
            let (next, stop) = (p[0], self.stop_of(iter));
            let left = self.b.binary(Op::Isub, stop, next);
            let long = self.b.icmp(Cc::Ugt, left, strip_len);
            // `left` of an empty range is negative, as unsigned large.
            let end = self.b.binary(Op::Iadd, next, strip_len);
            let below = self.b.icmp(Cc::Slt, next, stop);
            let cut = self.b.binary(Op::And, long, below);
            let limit = self.b.select(cut, end, stop);
            (limit, More::Below(limit, stop))
        } else {
            let left = self.items_left(&t, &p);
            let long = self.b.icmp(Cc::Ugt, left, strip_len);
            let trips = self.b.select(long, strip_len, left);
            let limit = match position {
                Some(n) => self.b.binary(Op::Iadd, p[n], trips),
                None => trips,
            };
            (limit, More::Known(long))
        };
        if position.is_none() {
            args.push(self.i64(0));
        }
        let inner = self.b.new_block();
        self.b.jump(inner, &args);
        for v in params {
            let parts = self.parts(v).iter().map(|x| self.b.func.ty(*x)).collect::<Vec<_>>();
            let parts = parts.into_iter().map(|t| self.b.func.add_param(inner, t)).collect();
            self.define(v, parts);
        }
        self.blocks[h.index()] = Some(inner);
        self.b.switch_to(inner);
        let (has, counter) = match position {
            Some(n) => (self.b.icmp(Cc::Slt, self.parts(iter)[n], limit), None),
            None => {
                let k = self.b.func.add_param(inner, Ty::I64);
                let has = self.b.icmp(Cc::Slt, k, limit);
                let one = self.i64(1);
                (has, Some(self.b.binary(Op::Iadd, k, one)))
            }
        };
        self.strips.insert(h, Strip { header: h, outer, has, more, counter });
    }

    /// The block that a strip-mined loop's false branch goes to.
    pub(crate) fn strip_exit(&mut self, strip: &Strip, exit: &hir::Target) -> Result<lir::Block, CompileError> {
        let here = self.b.block;
        let at_end = self.b.new_block();
        self.b.switch_to(at_end);
        let more = match strip.more {
            More::Below(a, b) => self.b.icmp(Cc::Slt, a, b),
            More::Known(more) => more,
        };
        let args: Parts = self.hir.blocks[strip.header.index()].params.iter().flat_map(|v| self.parts(*v)).collect();
        let side: Side = self.side(exit)?;
        let (ob, oa) = side.target(self);
        self.b.brif(more, (strip.outer, &args), (ob, &oa));
        self.b.switch_to(here);
        Ok(at_end)
    }
}
