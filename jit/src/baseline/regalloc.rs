//! Linear-scan register allocation: one interval and one place for the whole
//! life of a value.
//!
//! Poletto and Sarkar, "Linear Scan Register Allocation", with loop-weighted
//! spilling, hints for moves, and intervals that span a call kept to
//! callee-saved registers (there are none for floats, which then live in
//! memory).

use super::select::{Emit, Selection, clobbers, is_constant};
use crate::lir::analysis::{Cfg, Liveness};
use crate::lir::op::Op;
use crate::lir::{Func, Value};

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loc {
    /// Nowhere: dead, or emitted by its user.
    None,
    /// General register.
    Gpr(u8),
    /// Vector register.
    Xmm(u8),
    /// 8-byte spill slot.
    Slot(u32),
    /// A constant, made where it is used.
    Const,
}

pub const RAX: u8 = 0;
pub const RCX: u8 = 1;
pub const RDX: u8 = 2;
pub const RBX: u8 = 3;
pub const RSP: u8 = 4;
pub const RBP: u8 = 5;
pub const RSI: u8 = 6;
pub const RDI: u8 = 7;
/// Holds the context for the whole function.
pub const CTX: u8 = 15;
/// Scratch vector registers.
pub const XMM_TRANSFER: u8 = 14;
pub const XMM_SCRATCH: u8 = 15;

/// Lost in calls. rax, rcx, rdx are scratch.
pub const CALLER_SAVED: [u8; 6] = [RSI, RDI, 8, 9, 10, 11];
/// Kept by callees. r15 is the context.
pub const CALLEE_SAVED: [u8; 5] = [RBX, RBP, 12, 13, 14];
/// Allocatable vector registers.
pub const XMMS: u8 = 14;

/// The result of allocation.
pub struct Allocation {
    /// Place by value.
    pub loc: Vec<Loc>,
    /// Number of spill slots.
    pub slots: u32,
    /// Callee-saved registers in use.
    pub saved: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Interval {
    start: u32,
    end: u32,
    weight: f32,
}

const UNUSED: Interval = Interval { start: u32::MAX, end: 0, weight: 0.0 };

/// Allocates the values of a function. `entry_hints` are the registers in
/// which the parameters arrive.
pub fn allocate(
    func: &Func,
    cfg: &Cfg,
    live: &Liveness,
    sel: &Selection,
    has_fma: bool,
    entry_hints: &[Option<Loc>],
) -> Allocation {
    let mut a = Allocator {
        func,
        intervals: vec![UNUSED; func.values.len()],
        calls: Vec::new(),
        definitions: Vec::with_capacity(func.values.len()),
        follower: vec![None; func.values.len()],
        alloc: Allocation { loc: vec![Loc::None; func.values.len()], slots: 0, saved: vec![] },
        gpr: [None; 16],
        xmm: [None; 16],
    };
    a.number(live, sel, has_fma);
    a.scan(cfg, sel, entry_hints);
    let used = |r: &u8| a.alloc.loc.contains(&Loc::Gpr(*r));
    a.alloc.saved = CALLEE_SAVED.into_iter().filter(used).collect();
    a.alloc
}

struct Allocator<'a> {
    func: &'a Func,
    intervals: Vec<Interval>,
    /// Positions of calls, ascending.
    calls: Vec<u32>,
    /// Values in order of definition.
    definitions: Vec<Value>,
    /// The block parameter that a value is passed to.
    follower: Vec<Option<Value>>,
    alloc: Allocation,
    /// Who has the register.
    gpr: [Option<Value>; 16],
    xmm: [Option<Value>; 16],
}

impl Allocator<'_> {
    /// Numbers positions and builds intervals. An instruction reads at its
    /// even position and writes at the odd one behind it.
    fn number(&mut self, live: &Liveness, sel: &Selection, has_fma: bool) {
        let func = self.func;
        let mut pos = 0;
        for b in &sel.order {
            let data = &func.blocks[b.index()];
            let weight = 8f32.powi(sel.depth[b.index()].min(8) as i32) * if data.cold { 0.01 } else { 1.0 };
            let start = pos + 1;
            for v in live.live_in[b.index()].iter() {
                self.extend(Value::new(v), start);
            }
            for p in &data.params {
                self.define(*p, start, weight);
            }
            pos += 2;
            for i in &data.insts {
                let inst = &func.insts[i.index()];
                if sel.emit[i.index()] == Emit::Never || is_constant(inst.op) {
                    continue;
                }
                sel.reads(func, inst, &mut |v| {
                    let interval = &mut self.intervals[v.index()];
                    interval.weight += weight;
                    self.extend(v, pos);
                });
                if clobbers(inst, has_fma) {
                    self.calls.push(pos);
                }
                for r in &inst.results {
                    self.define(*r, pos + 1, weight);
                }
                if let Emit::Pair(other) = sel.emit[i.index()] {
                    for r in &func.insts[other.index()].results {
                        self.define(*r, pos + 1, weight);
                    }
                }
                for t in inst.targets() {
                    for (arg, param) in t.args.iter().zip(&func.blocks[t.block.index()].params) {
                        self.follower[arg.index()] = Some(*param);
                    }
                }
                pos += 2;
            }
            let end = pos + 1;
            for v in live.live_out[b.index()].iter() {
                self.extend(Value::new(v), end);
            }
            pos = end + 1;
        }
    }

    fn define(&mut self, v: Value, at: u32, weight: f32) {
        let i = &mut self.intervals[v.index()];
        i.start = at;
        i.end = i.end.max(at);
        i.weight += weight;
        self.definitions.push(v);
    }

    fn extend(&mut self, v: Value, to: u32) {
        let i = &mut self.intervals[v.index()];
        i.end = i.end.max(to);
    }

    fn crosses_call(&self, i: Interval) -> bool {
        let next = self.calls.partition_point(|c| *c <= i.start);
        self.calls.get(next).is_some_and(|c| *c < i.end)
    }

    fn scan(&mut self, cfg: &Cfg, sel: &Selection, entry_hints: &[Option<Loc>]) {
        let mut incoming: Vec<Option<Value>> = vec![None; self.func.values.len()];
        for (v, p) in self.follower.iter().enumerate() {
            if let Some(p) = p {
                incoming[p.index()].get_or_insert(Value::new(v));
            }
        }
        for v in self.func.insts.iter().filter(|i| is_constant(i.op)).flat_map(|i| &i.results) {
            self.alloc.loc[v.index()] = Loc::Const;
        }
        let entry = &self.func.blocks[0].params;
        for v in std::mem::take(&mut self.definitions) {
            // A result that nobody reads still needs a place to be written to
            // when its instruction has effects.
            let operand = sel.def[v.index()].and_then(|i| {
                let inst = &self.func.insts[i.index()];
                if inst.op == Op::Select { inst.args.get(1) } else { inst.args.first() }.copied()
            });
            let hints = [
                self.follower[v.index()].map(|p| self.alloc.loc[p.index()]),
                incoming[v.index()].map(|a| self.alloc.loc[a.index()]),
                operand.map(|a| self.alloc.loc[a.index()]),
                if cfg.preds[0].is_empty() {
                    entry.iter().position(|p| *p == v).and_then(|k| entry_hints.get(k).copied().flatten())
                } else {
                    None
                },
            ];
            self.place(v, hints);
        }
    }

    fn place(&mut self, v: Value, hints: [Option<Loc>; 4]) {
        let interval = self.intervals[v.index()];
        let float = self.func.ty(v).is_float();
        let across = self.crosses_call(interval);
        let permitted = |r: u8| match (float, across) {
            (true, across) => !across && r < XMMS,
            (false, true) => CALLEE_SAVED.contains(&r),
            (false, false) => CALLER_SAVED.contains(&r) || CALLEE_SAVED.contains(&r),
        };
        let file = if float { &mut self.xmm } else { &mut self.gpr };
        let intervals = &self.intervals;
        let free = |r: u8| file[r as usize].is_none_or(|o| intervals[o.index()].end < interval.start);
        let hinted = hints.into_iter().flatten().find_map(|h| match h {
            Loc::Gpr(r) if !float && permitted(r) && free(r) => Some(r),
            Loc::Xmm(r) if float && permitted(r) && free(r) => Some(r),
            _ => None,
        });
        let any = || {
            if float {
                (0..XMMS).find(|r| permitted(*r) && free(*r))
            } else {
                CALLER_SAVED.iter().chain(&CALLEE_SAVED).copied().find(|r| permitted(*r) && free(*r))
            }
        };
        let chosen = hinted.or_else(any).or_else(|| {
            // Everything is taken: the least used one goes to memory.
            let weight = |o: Value| intervals[o.index()].weight;
            let victim = (0..16u8).filter(|r| permitted(*r)).min_by(|a, b| {
                let w = |r: u8| file[r as usize].map_or(0.0, weight);
                w(*a).total_cmp(&w(*b))
            })?;
            let owner = file[victim as usize]?;
            (weight(owner) < interval.weight).then(|| {
                self.alloc.loc[owner.index()] = Loc::Slot(self.alloc.slots);
                self.alloc.slots += 1;
                victim
            })
        });
        self.alloc.loc[v.index()] = match chosen {
            Some(r) => {
                file[r as usize] = Some(v);
                if float { Loc::Xmm(r) } else { Loc::Gpr(r) }
            }
            None => {
                self.alloc.slots += 1;
                Loc::Slot(self.alloc.slots - 1)
            }
        };
    }
}
