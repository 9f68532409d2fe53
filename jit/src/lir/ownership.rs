//! Who retains and who releases buffers.
//!
//! Values of type `ref` come from lowering without a word about counts; this
//! pass inserts `taipan_buffer_retain` and `taipan_buffer_release`:
//!
//! * results of calls own a reference, block parameters own one;
//! * function parameters and loaded refs are borrowed: somebody else keeps
//!   the buffer alive for as long as the function runs; null constants own
//!   nothing;
//! * a `select` of refs owns what it gets by retaining it;
//! * an edge argument and a returned ref are handed over: at the last use of
//!   an owned value the reference moves, otherwise one is retained;
//! * arguments of calls and operands of everything else are borrowed;
//! * an owned value is released after its last use, on edges where it dies
//!   too. `keep` counts as a use and is removed.
//!
//! Results of a call whose status is not 0 hold nothing: on the way to its
//! `unwind` (or to the look whether a handler takes what it raised) they are
//! not released. A poll lists what is owned at its header:
//! that is released where an interrupt ends the function there.

use super::analysis::{BitSet, Cfg, Liveness};
use super::op::Op;
use super::{Aux, Block, CATCHABLE, Func, Inst, InstData, Module, Sym, Target, Ty, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// Not a ref, or null.
    Nothing,
    Borrowed,
    Owned,
}

/// Inserts counting into every function.
pub fn insert(module: &mut Module) {
    for i in 0..module.funcs.len() {
        let mut f = std::mem::take(&mut module.funcs[i]);
        if f.values.contains(&Ty::Ref) {
            let retain = module.symbol(&crate::symbols::symbol("taipan_buffer_retain"));
            let release = module.symbol(&crate::symbols::symbol("taipan_buffer_release"));
            let catchable = module.symbols.iter().position(|s| s.name == CATCHABLE).map(Sym::new);
            Counting::new(&f, retain, release, catchable).run(&mut f);
        }
        module.funcs[i] = f;
    }
}

struct Counting {
    hold: Vec<Hold>,
    cfg: Cfg,
    live: Liveness,
    retain: Sym,
    release: Sym,
    /// [`CATCHABLE`], where the module has it.
    catchable: Option<Sym>,
}

/// What an edge does besides jumping.
#[derive(Default)]
struct EdgeWork {
    retains: Vec<Value>,
    releases: Vec<Value>,
}

impl Counting {
    fn new(f: &Func, retain: Sym, release: Sym, catchable: Option<Sym>) -> Self {
        let cfg = Cfg::new(f);
        let live = Liveness::new(f, &cfg);
        let mut hold = vec![Hold::Nothing; f.values.len()];
        let mut set = |v: Value, h: Hold| {
            if f.ty(v) == Ty::Ref {
                hold[v.index()] = h;
            }
        };
        for (n, b) in f.blocks.iter().enumerate() {
            for p in &b.params {
                set(*p, if n == 0 { Hold::Borrowed } else { Hold::Owned });
            }
            for i in &b.insts {
                let inst = &f.insts[i.index()];
                for r in &inst.results {
                    set(
                        *r,
                        match inst.op {
                            Op::Iconst => Hold::Nothing,
                            Op::Load => Hold::Borrowed,
                            _ => Hold::Owned,
                        },
                    );
                }
            }
        }
        Counting { hold, cfg, live, retain, release, catchable }
    }

    fn owned(&self, v: Value) -> bool {
        self.hold[v.index()] == Hold::Owned
    }

    fn call(&self, f: &mut Func, sym: Sym, v: Value) -> Inst {
        f.insts.push(InstData { op: Op::CallSym, ty: Ty::I1, args: vec![v], imm: 0, aux: Aux::Sym(sym), results: vec![], site: 0 });
        Inst::new(f.insts.len() - 1)
    }

    fn run(&self, f: &mut Func) {
        for &b in &self.cfg.rpo {
            self.block(f, b);
        }
    }

    fn block(&self, f: &mut Func, b: Block) {
        let insts = f.blocks[b.index()].insts.clone();
        // Backwards: what is live after each instruction.
        let mut live: BitSet = self.live.live_out[b.index()].clone();
        let mut releases_after: Vec<Vec<Value>> = vec![vec![]; insts.len()];
        let Some((last, body)) = insts.split_last() else { return };
        let term = f.insts[last.index()].clone();
        // Edge arguments and returned refs are live up to the terminator.
        for u in term.uses() {
            live.insert(u.index());
        }
        // Whether a call's unused results are there to be released is known
        // behind the branch on its status.
        if term.op == Op::Brif {
            for r in self.results_of_last_call(f, b).into_iter().filter(|r| self.owned(*r)) {
                live.insert(r.index());
            }
        }
        let live_at_end = live.clone();
        for (n, i) in body.iter().enumerate().rev() {
            if f.insts[i.index()].op == Op::Poll {
                let params = f.blocks[b.index()].params.iter().map(|p| p.index());
                let mut held: Vec<usize> = live.iter().chain(params).collect();
                held.sort_unstable();
                held.dedup();
                f.insts[i.index()].args = held.into_iter().map(Value::new).filter(|v| self.owned(*v)).collect();
                continue;
            }
            let inst = &f.insts[i.index()];
            for r in &inst.results {
                if self.owned(*r) && !live.contains(r.index()) {
                    releases_after[n].push(*r);
                }
                live.remove(r.index());
            }
            for u in inst.uses() {
                if self.owned(u) && !live.contains(u.index()) && !releases_after[n].contains(&u) {
                    releases_after[n].push(u);
                }
                live.insert(u.index());
            }
        }
        let mut out: Vec<Inst> = Vec::with_capacity(insts.len());
        // A parameter that nobody reads.
        let dead: Vec<Value> = if b == f.entry() {
            vec![]
        } else {
            f.blocks[b.index()].params.iter().copied().filter(|p| self.owned(*p) && !live.contains(p.index())).collect()
        };
        let mut dead = dead.into_iter();
        for (n, i) in body.iter().enumerate() {
            let op = f.insts[i.index()].op;
            if op != Op::Poll {
                for p in dead.by_ref() {
                    out.push(self.call(f, self.release, p));
                }
            }
            if op != Op::Keep {
                out.push(*i);
            }
            if op == Op::Select || op == Op::Bitcast {
                for r in f.insts[i.index()].results.clone() {
                    if self.owned(r) {
                        out.push(self.call(f, self.retain, r));
                    }
                }
            }
            for v in std::mem::take(&mut releases_after[n]) {
                out.push(self.call(f, self.release, v));
            }
        }
        for p in dead {
            out.push(self.call(f, self.release, p));
        }
        self.terminator(f, b, &term, &live_at_end, &mut out);
        out.push(*last);
        f.blocks[b.index()].insts = out;
    }

    fn terminator(&self, f: &mut Func, b: Block, term: &InstData, live: &BitSet, out: &mut Vec<Inst>) {
        match &term.aux {
            Aux::Targets(ts) => {
                let mut ts = ts.clone();
                let single = ts.len() == 1;
                let failed = self.results_of_last_call(f, b);
                for t in &mut ts {
                    let work = self.edge(f, live, t, &failed);
                    if work.retains.is_empty() && work.releases.is_empty() {
                        continue;
                    }
                    let mut list: Vec<Inst> = work.retains.iter().map(|v| self.call(f, self.retain, *v)).collect();
                    list.extend(work.releases.iter().map(|v| self.call(f, self.release, *v)).collect::<Vec<_>>());
                    if single {
                        out.extend(list);
                        continue;
                    }
                    // A block of its own on the edge.
                    let edge = f.add_block();
                    f.blocks[edge.index()].cold = f.blocks[t.block.index()].cold;
                    f.insts.push(InstData {
                        op: Op::Jump,
                        ty: Ty::I1,
                        args: vec![],
                        imm: 0,
                        aux: Aux::Targets(vec![t.clone()]),
                        results: vec![],
                        site: term.site,
                    });
                    list.push(Inst::new(f.insts.len() - 1));
                    f.blocks[edge.index()].insts = list;
                    *t = Target { block: edge, args: vec![] };
                }
                let last = f.blocks[b.index()].insts.last().copied();
                if let Some(i) = last {
                    f.insts[i.index()].aux = Aux::Targets(ts);
                }
            }
            _ => {
                // Leaving: returned refs are handed over, all else is released.
                let mut given: Vec<Value> = vec![];
                for v in term.args.iter().copied() {
                    let hold = self.hold[v.index()];
                    if hold == Hold::Borrowed || (hold == Hold::Owned && given.contains(&v)) {
                        out.push(self.call(f, self.retain, v));
                    }
                    given.push(v);
                }
            }
        }
    }

    /// What the edge to `t` must do for the values live at the end of its block.
    fn edge(&self, f: &Func, live: &BitSet, t: &Target, failed: &[Value]) -> EdgeWork {
        let mut work = EdgeWork::default();
        let after = &self.live.live_in[t.block.index()];
        let unwinds = f.terminator(t.block).is_some_and(|i| i.op == Op::Unwind) || self.catches(f, t.block);
        let handed = |v: Value| t.args.iter().filter(|a| **a == v).count();
        for i in live.iter() {
            let v = Value::new(i);
            match self.hold[i] {
                Hold::Nothing => {}
                Hold::Borrowed => work.retains.extend(std::iter::repeat_n(v, handed(v))),
                Hold::Owned => {
                    let n = handed(v);
                    if after.contains(i) {
                        work.retains.extend(std::iter::repeat_n(v, n));
                    } else if n == 0 {
                        if !(unwinds && failed.contains(&v)) {
                            work.releases.push(v);
                        }
                    } else {
                        work.retains.extend(std::iter::repeat_n(v, n - 1));
                    }
                }
            }
        }
        work
    }

    /// Does the block look whether a handler takes what a call raised?
    fn catches(&self, f: &Func, b: Block) -> bool {
        self.catchable.is_some_and(|c| {
            let insts = f.blocks[b.index()].insts.iter().map(|i| &f.insts[i.index()]);
            insts.take_while(|i| i.op != Op::Call).any(|i| i.op == Op::CallSym && matches!(i.aux, Aux::Sym(s) if s == c))
        })
    }

    /// Refs that the last call of the block gives, valid if its status is 0.
    fn results_of_last_call(&self, f: &Func, b: Block) -> Vec<Value> {
        let calls = f.blocks[b.index()].insts.iter().rev().map(|i| &f.insts[i.index()]);
        calls.filter(|i| i.op == Op::Call).take(1).flat_map(|i| i.results[1..].iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lir::reader::read_module;

    fn counted(text: &str) -> String {
        let mut m = read_module(text).unwrap();
        insert(&mut m);
        crate::lir::verify::verify(&m).unwrap();
        m.to_string()
    }

    fn count(text: &str, what: &str) -> usize {
        text.matches(what).count()
    }

    #[test]
    fn an_unused_allocation_is_released_at_once() {
        let t = counted("fn0 @f(i64) {\nbb0(v0: i64):\n  v1 = iconst.i32 0\n  v2 = call_sym @taipan_buffer_alloc(v0, v1)\n  ret\n}\n");
        assert_eq!((count(&t, "retain"), count(&t, "release")), (0, 1), "{t}");
    }

    #[test]
    fn a_returned_parameter_is_retained_and_an_allocation_moves() {
        let t = counted("fn0 @f(ref) -> ref {\nbb0(v0: ref):\n  ret v0\n}\n");
        assert_eq!((count(&t, "retain"), count(&t, "release")), (1, 0), "{t}");
        let t = counted(
            "fn0 @f(i64) -> ref {\nbb0(v0: i64):\n  v1 = iconst.i32 0\n  v2 = call_sym @taipan_buffer_alloc(v0, v1)\n  jump bb1(v2)\nbb1(v3: ref):\n  keep v3\n  ret v3\n}\n",
        );
        assert_eq!((count(&t, "retain"), count(&t, "release"), count(&t, "keep")), (0, 0, 0), "{t}");
    }

    #[test]
    fn a_value_that_dies_on_one_side_is_released_there() {
        let t = counted(
            "fn0 @f(i64, i1) -> ref {\nbb0(v0: i64, v1: i1):\n  v2 = iconst.i32 0\n  v3 = call_sym @taipan_buffer_alloc(v0, v2)\n  v4 = call_sym @taipan_buffer_alloc(v0, v2)\n  brif v1, bb1, bb2\nbb1:\n  ret v3\nbb2:\n  trap index() !0\n}\n",
        );
        assert_eq!((count(&t, "retain"), count(&t, "release")), (0, 2), "{t}");
    }

    #[test]
    fn a_poll_lists_what_its_loop_owns() {
        let t = counted(
            "fn0 @f(ref, i64, i1) {\nbb0(v0: ref, v1: i64, v2: i1):\n  v3 = iconst.i32 0\n  v4 = call_sym @taipan_buffer_alloc(v1, v3)\n  v5 = call_sym @taipan_buffer_alloc(v1, v3)\n  v6 = call_sym @taipan_buffer_alloc(v1, v3)\n  jump bb1(v5)\nbb1(v7: ref):\n  poll 0\n  v8 = call_sym @taipan_buffer_alloc(v1, v3)\n  brif v2, bb1(v8), bb2\nbb2:\n  keep v4\n  ret\n}\n",
        );
        // Neither the borrowed parameter nor the one that was never used.
        assert!(t.contains("poll 0(v4, v7)"), "{t}");
    }

    #[test]
    fn an_unused_result_is_released_only_if_the_call_succeeded() {
        let t = counted(
            "import0 @g(i64) -> (ref)\n\nfn0 @f(i64) {\nbb0(v0: i64):\n  v1, v2 = call import0(v0)\n  v3 = iconst.i32 0\n  v4 = icmp.i32 ne v1, v3\n  brif v4, bb1, bb2\nbb1 cold:\n  unwind\nbb2:\n  ret\n}\n",
        );
        let at = |what: &str| t.find(what).unwrap_or(usize::MAX);
        assert_eq!(count(&t, "release"), 1, "{t}");
        assert!(at("brif") < at("release"), "{t}");
    }

    #[test]
    fn swapping_in_a_loop_counts_nothing() {
        let t = counted(
            "fn0 @f(i64, i1) -> ref {\nbb0(v0: i64, v1: i1):\n  v2 = iconst.i32 0\n  v3 = call_sym @taipan_buffer_alloc(v0, v2)\n  v4 = call_sym @taipan_buffer_alloc(v0, v2)\n  jump bb1(v3, v4)\nbb1(v5: ref, v6: ref):\n  brif v1, bb1(v6, v5), bb2\nbb2:\n  ret v5\n}\n",
        );
        assert_eq!((count(&t, "retain"), count(&t, "release")), (0, 1), "{t}");
    }
}
