//! Facts about a function's control flow and values: predecessors, reverse
//! postorder, dominators, natural loops, liveness. Linear or near-linear; each
//! is computed on demand and not kept up to date.
//!
//! Dominators: Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm".

use super::{Block, Func, Value};

/// The control-flow graph in the form the other analyses walk.
#[derive(Clone, Debug)]
pub struct Cfg {
    /// Predecessors by block, one entry an edge; unreachable blocks included.
    pub preds: Vec<Vec<Block>>,
    /// Reachable blocks in reverse postorder; the entry first.
    pub rpo: Vec<Block>,
    /// Position in `rpo`, or `u32::MAX` for unreachable blocks.
    pub order: Vec<u32>,
}

impl Cfg {
    /// Builds the graph. Edges to blocks that do not exist are left out.
    pub fn new(func: &Func) -> Cfg {
        let n = func.blocks.len();
        let mut preds = vec![Vec::new(); n];
        for b in func.block_ids() {
            for s in func.successors(b).filter(|s| s.index() < n) {
                preds[s.index()].push(b);
            }
        }
        // Depth first with an explicit stack; the last edge is walked first so
        // that the first target of a branch comes first in reverse postorder.
        let mut order = vec![u32::MAX; n];
        let mut rpo = Vec::with_capacity(n);
        let mut stack: Vec<(Block, usize)> = Vec::new();
        if n > 0 {
            order[0] = 0;
            stack.push((Block(0), targets(func, Block(0)).len()));
        }
        while let Some((b, left)) = stack.last_mut() {
            if *left == 0 {
                rpo.push(*b);
                stack.pop();
                continue;
            }
            *left -= 1;
            let s = targets(func, *b)[*left].block;
            if s.index() < n && order[s.index()] == u32::MAX {
                order[s.index()] = 0;
                stack.push((s, targets(func, s).len()));
            }
        }
        rpo.reverse();
        for (i, b) in rpo.iter().enumerate() {
            order[b.index()] = i as u32;
        }
        Cfg { preds, rpo, order }
    }

    /// Can the block be reached from the entry?
    pub fn reachable(&self, b: Block) -> bool {
        self.order[b.index()] != u32::MAX
    }
}

fn targets(func: &Func, b: Block) -> &[super::Target] {
    func.terminator(b).map_or(&[], |t| t.targets())
}

/// The dominator tree of the reachable blocks.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// Immediate dominator by block; the entry's is itself, `None` for
    /// unreachable blocks.
    pub idom: Vec<Option<Block>>,
    /// Preorder interval of the tree, for constant-time queries.
    enter: Vec<u32>,
    leave: Vec<u32>,
}

impl Dominators {
    /// Builds the tree.
    pub fn new(cfg: &Cfg) -> Dominators {
        let n = cfg.preds.len();
        let mut idom: Vec<Option<Block>> = vec![None; n];
        if let Some(&entry) = cfg.rpo.first() {
            idom[entry.index()] = Some(entry);
        }
        let mut changed = true;
        while changed {
            changed = false;
            for &b in cfg.rpo.iter().skip(1) {
                let mut new: Option<Block> = None;
                for &p in &cfg.preds[b.index()] {
                    if idom[p.index()].is_some() {
                        new = Some(new.map_or(p, |q| meet(cfg, &idom, p, q)));
                    }
                }
                if new != idom[b.index()] {
                    idom[b.index()] = new;
                    changed = true;
                }
            }
        }
        let mut children = vec![Vec::new(); n];
        for &b in cfg.rpo.iter().skip(1) {
            if let Some(p) = idom[b.index()] {
                children[p.index()].push(b);
            }
        }
        let (mut enter, mut leave) = (vec![0; n], vec![0; n]);
        let mut clock = 0;
        let mut stack: Vec<(Block, bool)> = cfg.rpo.first().map(|b| (*b, false)).into_iter().collect();
        while let Some((b, done)) = stack.pop() {
            clock += 1;
            if done {
                leave[b.index()] = clock;
            } else {
                enter[b.index()] = clock;
                stack.push((b, true));
                stack.extend(children[b.index()].iter().rev().map(|c| (*c, false)));
            }
        }
        Dominators { idom, enter, leave }
    }

    /// Does every path to `b` go through `a`? A block dominates itself;
    /// unreachable blocks dominate nothing and are dominated by nothing.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        self.idom[a.index()].is_some()
            && self.idom[b.index()].is_some()
            && self.enter[a.index()] <= self.enter[b.index()]
            && self.leave[b.index()] <= self.leave[a.index()]
    }
}

fn meet(cfg: &Cfg, idom: &[Option<Block>], mut a: Block, mut b: Block) -> Block {
    while a != b {
        while cfg.order[a.index()] > cfg.order[b.index()] {
            a = idom[a.index()].expect("blocks on the way up have a dominator");
        }
        while cfg.order[b.index()] > cfg.order[a.index()] {
            b = idom[b.index()].expect("blocks on the way up have a dominator");
        }
    }
    a
}

/// One natural loop.
#[derive(Clone, Debug)]
pub struct Loop {
    pub header: Block,
    /// The loop directly around it, as a position in [`Loops::loops`].
    pub parent: Option<usize>,
    /// Blocks of the loop and of the loops inside it; the header first.
    pub blocks: Vec<Block>,
    /// Blocks that jump back to the header.
    pub latches: Vec<Block>,
}

/// The natural loops of a function. Irreducible cycles are not loops here.
#[derive(Clone, Debug)]
pub struct Loops {
    /// Outer loops before inner ones.
    pub loops: Vec<Loop>,
    /// Innermost loop by block.
    pub innermost: Vec<Option<usize>>,
    /// Number of loops around a block.
    pub depth: Vec<u32>,
}

impl Loops {
    /// Finds the loops.
    pub fn new(cfg: &Cfg, dom: &Dominators) -> Loops {
        let n = cfg.preds.len();
        let mut out = Loops { loops: vec![], innermost: vec![None; n], depth: vec![0; n] };
        // Headers in reverse postorder: an outer header precedes its inner ones.
        for &header in &cfg.rpo {
            let latches: Vec<Block> =
                cfg.preds[header.index()].iter().copied().filter(|p| dom.dominates(header, *p)).collect();
            if latches.is_empty() {
                continue;
            }
            let id = out.loops.len();
            let parent = out.innermost[header.index()];
            let mut blocks = vec![header];
            let mut work = latches.clone();
            enter(&mut out, header, id);
            while let Some(b) = work.pop() {
                if out.innermost[b.index()] == Some(id) || !cfg.reachable(b) {
                    continue;
                }
                enter(&mut out, b, id);
                blocks.push(b);
                work.extend(&cfg.preds[b.index()]);
            }
            out.loops.push(Loop { header, parent, blocks, latches });
        }
        out
    }

    /// The loop whose header is `b`.
    pub fn headed_by(&self, b: Block) -> Option<&Loop> {
        self.innermost[b.index()].map(|l| &self.loops[l]).filter(|l| l.header == b)
    }
}

fn enter(loops: &mut Loops, b: Block, id: usize) {
    loops.innermost[b.index()] = Some(id);
    loops.depth[b.index()] += 1;
}

/// A set of small numbers, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitSet(Vec<u64>);

impl BitSet {
    /// An empty set for members below `n`.
    pub fn new(n: usize) -> BitSet {
        BitSet(vec![0; n.div_ceil(64)])
    }
    /// Is `i` a member?
    pub fn contains(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 != 0
    }
    /// Adds `i`; was it new?
    pub fn insert(&mut self, i: usize) -> bool {
        let new = !self.contains(i);
        self.0[i / 64] |= 1 << (i % 64);
        new
    }
    /// Removes `i`.
    pub fn remove(&mut self, i: usize) {
        self.0[i / 64] &= !(1 << (i % 64));
    }
    /// Adds every member of `other`; did the set grow?
    pub fn union(&mut self, other: &BitSet) -> bool {
        let mut grew = 0;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            grew |= b & !*a;
            *a |= b;
        }
        grew != 0
    }
    /// Members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(w, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let i = bits.trailing_zeros() as usize;
                (bits != 0).then(|| {
                    bits &= bits - 1;
                    w * 64 + i
                })
            })
        })
    }
}

/// Which values are needed at block boundaries.
///
/// Block parameters are defined at the start of their block (so they are not
/// live in), edge arguments are used at the end of the block they leave.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// Values live at the start of a block, its own parameters left out.
    pub live_in: Vec<BitSet>,
    /// Values live across the end of a block into some successor.
    pub live_out: Vec<BitSet>,
}

impl Liveness {
    /// Solves liveness of the reachable blocks.
    pub fn new(func: &Func, cfg: &Cfg) -> Liveness {
        let (blocks, values) = (func.blocks.len(), func.values.len());
        let empty = BitSet::new(values);
        let mut live = Liveness { live_in: vec![empty.clone(); blocks], live_out: vec![empty; blocks] };
        // Postorder converges in depth + 2 rounds on reducible graphs.
        let mut changed = true;
        while changed {
            changed = false;
            for &b in cfg.rpo.iter().rev() {
                let mut out = std::mem::replace(&mut live.live_out[b.index()], BitSet(Vec::new()));
                for s in func.successors(b) {
                    changed |= out.union(&live.live_in[s.index()]);
                }
                let mut now = out.clone();
                live.live_out[b.index()] = out;
                let data = &func.blocks[b.index()];
                for i in data.insts.iter().rev() {
                    let inst = &func.insts[i.index()];
                    for r in &inst.results {
                        now.remove(r.index());
                    }
                    for u in inst.uses() {
                        now.insert(u.index());
                    }
                }
                for p in &data.params {
                    now.remove(p.index());
                }
                changed |= live.live_in[b.index()].union(&now);
            }
        }
        live
    }

    /// What running code must carry to go on at the start of a loop header, in
    /// the order every tier agrees on: the header's parameters, then the other
    /// values live there by ascending number.
    pub fn at_header(&self, func: &Func, header: Block) -> Vec<Value> {
        let params = func.blocks[header.index()].params.iter().copied();
        params.chain(self.live_in[header.index()].iter().map(Value::new)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lir::reader::read_module;

    /// bb1 heads the outer loop, bb2 the inner one, bb5 is unreachable.
    const NEST: &str = "\
fn0 @nest(i64, f64) -> f64 {
bb0(v0: i64, v1: f64):
  v2 = iconst.i64 0
  jump bb1(v2)
bb1(v3: i64):
  v4 = icmp.i64 slt v3, v0
  brif v4, bb2(v2), bb4
bb2(v5: i64):
  v6 = iadd.i64 v5, v3
  v7 = icmp.i64 slt v6, v0
  brif v7, bb2(v6), bb3
bb3:
  v8 = iadd.i64 v3, v6
  jump bb1(v8)
bb4:
  ret v1
bb5:
  jump bb1(v2)
}
";

    #[test]
    fn dominators_and_loops_of_a_nest() {
        let m = read_module(NEST).unwrap();
        let cfg = Cfg::new(&m.funcs[0]);
        assert_eq!(cfg.rpo, [0, 1, 2, 3, 4].map(Block));
        let dom = Dominators::new(&cfg);
        assert_eq!(dom.idom[4], Some(Block(1)));
        assert!(dom.dominates(Block(1), Block(3)) && !dom.dominates(Block(2), Block(4)));
        assert!(!dom.dominates(Block(5), Block(5)));
        let loops = Loops::new(&cfg, &dom);
        assert_eq!(loops.depth, [0, 1, 2, 1, 0, 0]);
        assert_eq!(loops.headed_by(Block(2)).unwrap().parent, Some(0));
        assert_eq!(loops.loops[0].blocks.len(), 3);
        assert!(loops.headed_by(Block(3)).is_none());
    }

    #[test]
    fn header_state_is_parameters_then_others_by_number() {
        let m = read_module(NEST).unwrap();
        let cfg = Cfg::new(&m.funcs[0]);
        let live = Liveness::new(&m.funcs[0], &cfg);
        assert_eq!(live.at_header(&m.funcs[0], Block(1)), [3, 0, 1, 2].map(Value));
        assert_eq!(live.at_header(&m.funcs[0], Block(2)), [5, 0, 1, 2, 3].map(Value));
    }
}
