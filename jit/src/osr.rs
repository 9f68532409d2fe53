//! On-stack replacement: a function that goes on in the middle of another.
//!
//! [`entry_at`] derives from a LIR function the one that starts at a loop
//! header: its only parameter points to the values live there (8-byte slots,
//! in the order of `Liveness::at_header`), its results are the original's.
//! It is ordinary LIR, so every engine can run it.
//!
//! The loop that is entered is copied: the copy runs to its end and goes on in
//! the full function. So no loop of the result has two entries, and each of
//! them optimises as well as in the original.
//!
//! A value that is live at the header, or computed by the loop, and computed
//! again further on (by an outer loop) has two definitions in the result; those
//! live in stack slots, which the optimiser turns back into registers.

use crate::lir::analysis::{Cfg, Dominators, Liveness, Loops};
use crate::lir::op::Op;
use crate::lir::{Aux, Block, Func, Inst, InstData, Signature, Target, Ty, Value};
use std::collections::{HashMap, HashSet};

/// The header and the site of poll number `number`.
pub fn find_poll(func: &Func, number: u32) -> Option<(Block, u32)> {
    func.block_ids().find_map(|b| {
        let first = func.blocks[b.index()].insts.first()?;
        let data = &func.insts[first.index()];
        (data.op == Op::Poll && data.imm == i64::from(number)).then_some((b, data.site))
    })
}

/// Values that must be handed over at a header, in slot order.
pub fn live_values(func: &Func, header: Block) -> Vec<Value> {
    Liveness::new(func, &Cfg::new(func)).at_header(func, header)
}

/// The function that continues `func` at `header`; `None` if that block is no
/// loop header.
pub fn entry_at(func: &Func, header: Block) -> Option<Func> {
    let cfg = Cfg::new(func);
    let loops = Loops::new(&cfg, &Dominators::new(&cfg));
    let body: HashSet<Block> = loops.headed_by(header)?.blocks.iter().copied().collect();
    let live = Liveness::new(func, &cfg).at_header(func, header);
    let mut c = Continuation::new(func, &body);
    c.find_second_definitions(&live[func.blocks[header.index()].params.len()..]);
    c.enter(header, &live);
    for place in c.order.clone() {
        for v in c.definitions(place.1).collect::<Vec<_>>() {
            let n = c.out.add_value(func.ty(v));
            c.values.insert((place.0, v), n);
        }
    }
    for place in c.order.clone() {
        c.copy_block(place);
    }
    Some(c.out)
}

/// Which copy of the code: the entered loop's own (`true`) or the full one.
type Place<T> = (bool, T);

struct Continuation<'a> {
    from: &'a Func,
    /// Blocks of the entered loop.
    body: &'a HashSet<Block>,
    out: Func,
    /// Every block to make, the loop's copy first.
    order: Vec<Place<Block>>,
    blocks: HashMap<Place<Block>, Block>,
    values: HashMap<Place<Value>, Value>,
    /// Values handed over, as the entry block loads them.
    loaded: HashMap<Value, Value>,
    /// Slots of the values with two definitions.
    slots: HashMap<Value, Value>,
    /// Loops numbered so far.
    polls: i64,
}

impl<'a> Continuation<'a> {
    fn new(from: &'a Func, body: &'a HashSet<Block>) -> Self {
        let sig = Signature { params: vec![Ty::Ptr], results: from.results.clone() };
        let mut out = Func::new(format!("{}.osr", from.name), &sig);
        let mut order: Vec<Place<Block>> = body.iter().map(|b| (true, *b)).collect();
        order.sort();
        let mut seen: HashSet<Place<Block>> = order.iter().copied().collect();
        let mut next = 0;
        while let Some((copy, b)) = order.get(next).copied() {
            next += 1;
            for s in from.successors(b) {
                let place = (copy && body.contains(&s), s);
                if seen.insert(place) {
                    order.push(place);
                }
            }
        }
        let mut blocks = HashMap::new();
        for p in &order {
            let b = out.add_block();
            out.blocks[b.index()].cold = from.blocks[p.1.index()].cold;
            blocks.insert(*p, b);
        }
        Continuation { from, body, out, order, blocks, values: HashMap::new(), loaded: HashMap::new(), slots: HashMap::new(), polls: 0 }
    }

    /// Definitions of a block: its parameters and its instructions' results.
    fn definitions(&self, b: Block) -> impl Iterator<Item = Value> + use<'a> {
        let from = self.from;
        let data = &from.blocks[b.index()];
        let results = data.insts.iter().flat_map(|i| from.insts[i.index()].results.iter().copied());
        data.params.iter().copied().chain(results)
    }

    /// Makes slots for the values that code of the full copy may get from two
    /// places: defined there, and also handed over or defined in the loop's
    /// copy. Inside the loop's copy a single definition reaches every use.
    fn find_second_definitions(&mut self, handed_over: &[Value]) {
        let full: Vec<Block> = self.order.iter().filter(|p| !p.0).map(|p| p.1).collect();
        let again: HashSet<Value> = full.iter().flat_map(|b| self.definitions(*b)).collect();
        let in_loop: HashSet<Value> = self.body.iter().flat_map(|b| self.definitions(*b)).collect();
        let handed_over: HashSet<Value> = handed_over.iter().copied().collect();
        let mut twice = Vec::new();
        for b in full {
            let insts = &self.from.blocks[b.index()].insts;
            for v in insts.iter().flat_map(|i| self.from.insts[i.index()].uses()).filter(|v| again.contains(v)) {
                // Where the full copy runs the loop again, the loop's own
                // values are computed before they are used.
                if handed_over.contains(&v) || (in_loop.contains(&v) && !self.body.contains(&b)) {
                    twice.push(v);
                }
            }
        }
        twice.sort();
        twice.dedup();
        for v in twice {
            if let Some(slot) = self.push(Block(0), Op::StackAddr, Ty::I1, vec![], 8, Aux::None, Some(Ty::Ptr)) {
                self.slots.insert(v, slot);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one instruction has this many fields")]
    fn push(&mut self, b: Block, op: Op, ty: Ty, args: Vec<Value>, imm: i64, aux: Aux, result: Option<Ty>) -> Option<Value> {
        let results: Vec<Value> = result.into_iter().map(|t| self.out.add_value(t)).collect();
        let value = results.first().copied();
        self.append(b, InstData { op, ty, args, imm, aux, results, site: 0 });
        value
    }

    fn append(&mut self, b: Block, data: InstData) {
        self.out.insts.push(data);
        self.out.blocks[b.index()].insts.push(Inst::new(self.out.insts.len() - 1));
    }

    /// Gives the slot of `v`, if it has one, its new value.
    fn define(&mut self, at: Block, v: Value, now: Value) {
        if let Some(slot) = self.slots.get(&v).copied() {
            self.push(at, Op::Store, self.from.ty(v), vec![slot, now], 0, Aux::None, None);
        }
    }

    /// Fills the entry block: loads what is handed over, jumps to the copy.
    fn enter(&mut self, header: Block, live: &[Value]) {
        let entry = self.out.entry();
        let base = self.out.blocks[0].params[0];
        let params = self.from.blocks[header.index()].params.len();
        let mut args = Vec::new();
        for (n, v) in live.iter().enumerate() {
            let t = self.from.ty(*v);
            let Some(value) = self.push(entry, Op::Load, t, vec![base], n as i64 * 8, Aux::None, Some(t)) else { continue };
            if n < params {
                args.push(value);
            } else {
                self.loaded.insert(*v, value);
                self.define(entry, *v, value);
            }
        }
        let block = self.blocks[&(true, header)];
        self.push(entry, Op::Jump, Ty::I1, vec![], 0, Aux::Targets(vec![Target { block, args }]), None);
    }

    fn copy_block(&mut self, place: Place<Block>) {
        let (copy, b) = place;
        let at = self.blocks[&place];
        let data = &self.from.blocks[b.index()];
        self.out.blocks[at.index()].params = data.params.iter().map(|v| self.values[&(copy, *v)]).collect();
        // The poll of a header stays its first instruction.
        let polls = data.insts.first().is_some_and(|i| self.from.insts[i.index()].op == Op::Poll);
        let (head, rest) = data.insts.split_at(usize::from(polls));
        for i in head {
            self.copy_inst(at, copy, *i);
        }
        for v in &data.params {
            self.define(at, *v, self.values[&(copy, *v)]);
        }
        for i in rest {
            self.copy_inst(at, copy, *i);
        }
    }

    /// What `v` is called at a use in one of the copies.
    fn read(&mut self, at: Block, copy: bool, v: Value) -> Value {
        if let (false, Some(slot)) = (copy, self.slots.get(&v).copied()) {
            let t = self.from.ty(v);
            if let Some(value) = self.push(at, Op::Load, t, vec![slot], 0, Aux::None, Some(t)) {
                return value;
            }
        }
        // Without a slot there is one definition that reaches here: this
        // copy's, the loop's copy's, or the hand-over.
        let found = [(copy, v), (true, v)].iter().find_map(|p| self.values.get(p)).or_else(|| self.loaded.get(&v));
        *found.expect("a value that reaches a use is defined in a copy or handed over")
    }

    fn copy_inst(&mut self, at: Block, copy: bool, i: Inst) {
        let mut data = self.from.insts[i.index()].clone();
        let mut now: HashMap<Value, Value> = HashMap::new();
        for v in data.uses().collect::<Vec<_>>() {
            now.entry(v).or_insert_with(|| self.read(at, copy, v));
        }
        data.map_uses(|v| now[&v]);
        if data.op == Op::Poll {
            // Loop numbers are unique; nobody asks for loops of this function.
            data.imm = self.polls;
            self.polls += 1;
        }
        if let Aux::Targets(targets) = &mut data.aux {
            for t in targets.iter_mut() {
                t.block = self.blocks[&(copy && self.body.contains(&t.block), t.block)];
            }
        }
        let results = std::mem::take(&mut data.results);
        data.results = results.iter().map(|v| self.values[&(copy, *v)]).collect();
        self.append(at, data);
        for v in results {
            self.define(at, v, self.values[&(copy, v)]);
        }
    }
}
