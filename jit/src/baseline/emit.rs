//! Walks a function's blocks and emits them: the skeleton around `integer`,
//! `float` and `call`.

use super::asm::{Asm, Mem, Operand, cc};
use super::frame::Frame;
use super::moves::{Place, Source};
use super::regalloc::{self, Allocation, CTX, Loc, RAX, RCX, XMM_SCRATCH};
use super::select::{Emit, Selection, clobbers, is_constant};
use super::{CodegenError, FuncRange, moves, sysv};
use crate::lir::analysis::{Cfg, Liveness};
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Block, Func, FuncId, Inst, InstData, Module, Target, Ty, Value};
use crate::unit::EntryCell;
use dynasmrt::DynamicLabel;
use std::collections::HashMap;

/// Code of a module before it is made executable.
pub struct Code {
    pub bytes: Vec<u8>,
    pub direct: usize,
    pub uniform: usize,
    pub funcs: Vec<FuncRange>,
}

/// What is the same for all functions of a module.
pub(super) struct Unit<'a> {
    pub module: &'a Module,
    pub id: u64,
    pub cell: &'a EntryCell,
    /// Entry of each function.
    pub entries: Vec<DynamicLabel>,
    pub has_fma: bool,
}

/// Emits every function, then the uniform entry, then the constants.
pub fn module(module: &Module, id: u64, cell: &EntryCell) -> Result<Code, CodegenError> {
    let rounds = |i: &InstData| matches!(i.op, Op::Floor | Op::Ceil | Op::Trunc | Op::Rint);
    if !std::arch::is_x86_feature_detected!("sse4.1") && module.funcs.iter().any(|f| f.insts.iter().any(rounds)) {
        return Err(CodegenError::Unsupported("rounding needs a processor with SSE4.1".into()));
    }
    let size: usize = module.funcs.iter().map(|f| f.insts.len() * 12 + 256).sum();
    let mut asm = Asm::new(size);
    let entries = module.funcs.iter().map(|_| asm.label()).collect();
    let unit = Unit { module, id, cell, entries, has_fma: std::arch::is_x86_feature_detected!("fma") };
    let mut funcs = Vec::new();
    for (n, func) in module.funcs.iter().enumerate() {
        asm.align();
        let start = asm.offset();
        FuncEmitter::new(&unit, &mut asm, FuncId::new(n)).function();
        funcs.push(FuncRange { name: func.name.clone(), start, end: asm.offset() });
    }
    asm.align();
    let uniform = asm.offset();
    super::frame::uniform_entry(&mut asm, &module.funcs[0], unit.entries[0]);
    funcs.push(FuncRange { name: format!("{}.uniform", module.funcs[0].name), start: uniform, end: asm.offset() });
    asm.emit_constants();
    let direct = funcs[0].start;
    let bytes = asm.ops.finalize().map_err(|e| CodegenError::Unsupported(e.to_string()))?;
    Ok(Code { bytes, direct, uniform, funcs })
}

/// A condition in the flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cond {
    pub cc: u8,
    pub nan: Nan,
}

/// What an unordered comparison adds to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nan {
    /// The flags are enough.
    Included,
    /// Holds only if also the parity flag is clear.
    False,
    /// Holds also if the parity flag is set.
    True,
}

impl Cond {
    pub(super) fn plain(cc: u8) -> Cond {
        Cond { cc, nan: Nan::Included }
    }
    fn negated(self) -> Cond {
        let nan = match self.nan {
            Nan::Included => Nan::Included,
            Nan::False => Nan::True,
            Nan::True => Nan::False,
        };
        Cond { cc: self.cc ^ 1, nan }
    }
}

/// A constant as a move source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    /// An integer or the bits of a float.
    Bits(i64),
    /// rsp + offset.
    Stack(i32),
    /// Entry of a function of this module.
    Entry(FuncId),
}

/// Code outside the main line, emitted behind the function.
pub(super) enum Stub {
    /// Moves of an edge.
    Edge { label: DynamicLabel, target: Target },
    /// Slow path of a poll.
    Poll { label: DynamicLabel, back: DynamicLabel, block: Block, number: i64 },
    /// The stack pointer is below the limit.
    StackLimit { label: DynamicLabel, back: DynamicLabel },
}

pub(super) struct FuncEmitter<'a> {
    pub unit: &'a Unit<'a>,
    pub asm: &'a mut Asm,
    pub id: FuncId,
    pub func: &'a Func,
    pub live: Liveness,
    pub sel: Selection,
    pub alloc: Allocation,
    pub frame: Frame,
    pub blocks: Vec<DynamicLabel>,
    pub stubs: Vec<Stub>,
    pub epilogue: DynamicLabel,
    /// Offset in the frame of each `stack_addr`.
    pub objects: HashMap<Inst, i32>,
    /// Overflow predicate whose answer is in the flags.
    flags: Option<Value>,
}

impl<'a> FuncEmitter<'a> {
    fn new(unit: &'a Unit<'a>, asm: &'a mut Asm, id: FuncId) -> Self {
        let func = &unit.module.funcs[id.index()];
        let cfg = Cfg::new(func);
        let live = Liveness::new(func, &cfg);
        let sel = Selection::new(func, &cfg);
        let params = func.signature().params;
        let (places, _) = sysv::native(&params);
        let hints: Vec<Option<Loc>> = places[1..=params.len()]
            .iter()
            .map(|p| match p {
                Place::Gpr(r) => Some(Loc::Gpr(*r)),
                Place::Xmm(r) => Some(Loc::Xmm(*r)),
                Place::Stack(_) => None,
            })
            .collect();
        let alloc = regalloc::allocate(func, &cfg, &live, &sel, unit.has_fma, &hints);
        let (frame, objects) = Frame::new(func, &sel, &live, &alloc);
        let blocks = func.blocks.iter().map(|_| asm.label()).collect();
        let epilogue = asm.label();
        FuncEmitter { unit, asm, id, func, live, sel, alloc, frame, blocks, stubs: vec![], epilogue, objects, flags: None }
    }

    fn function(mut self) {
        self.prologue();
        let func = self.func;
        let cold = |b: &Block| {
            func.blocks[b.index()].cold || func.terminator(*b).is_some_and(|t| matches!(t.op, Op::Trap | Op::Unwind))
        };
        let (mut order, behind): (Vec<Block>, Vec<Block>) = self.sel.order.iter().partition(|b| **b == Block(0) || !cold(b));
        order.extend(behind);
        for (n, b) in order.iter().enumerate() {
            self.block(*b, order.get(n + 1).copied());
        }
        self.emit_epilogue();
        while let Some(stub) = self.stubs.pop() {
            self.stub(stub);
        }
    }

    fn block(&mut self, b: Block, next: Option<Block>) {
        let func = self.func;
        let label = self.blocks[b.index()];
        self.asm.bind(label);
        self.flags = None;
        for i in &func.blocks[b.index()].insts {
            let inst = &func.insts[i.index()];
            match self.sel.emit[i.index()] {
                Emit::Never => {}
                _ if is_constant(inst.op) => {}
                Emit::Pair(other) => self.pair(b, inst, &func.insts[other.index()]),
                Emit::Here => self.inst(b, inst, next),
            }
        }
    }

    fn inst(&mut self, b: Block, inst: &InstData, next: Option<Block>) {
        match inst.op {
            // A mark for the ownership pass only.
            Op::Keep => {}
            Op::Iadd | Op::Isub | Op::Imul | Op::And | Op::Or | Op::Xor => self.integer_binary(inst),
            Op::Sdiv | Op::Udiv | Op::Srem | Op::Urem => self.division(inst),
            Op::Shl | Op::Ashr | Op::Lshr => self.shift(inst),
            Op::SaddO | Op::SsubO | Op::SmulO => {
                self.overflow(inst.op, inst, None);
                self.set_bool(Cond::plain(cc::O), inst.results[0]);
            }
            Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv => self.float_binary(inst),
            Op::Fneg | Op::Fabs | Op::Copysign => self.float_sign(inst),
            Op::Sqrt => self.float_sqrt(inst),
            Op::Floor | Op::Ceil | Op::Trunc | Op::Rint => self.float_round(inst),
            Op::Fma => self.float_fma(inst),
            Op::Icmp | Op::Fcmp => {
                let c = self.compare(inst);
                self.set_bool(c, inst.results[0]);
            }
            Op::Select => self.select(inst),
            Op::Sext | Op::Zext | Op::Itrunc => self.integer_convert(inst),
            Op::Sitofp | Op::Uitofp => self.convert_to_float(inst),
            Op::Fptosi | Op::Fptoui => self.convert_to_integer(inst),
            Op::Fpcast => self.float_cast(inst),
            Op::Bitcast => self.bitcast(inst),
            Op::Load => self.load(inst),
            Op::Store => self.store(inst),
            Op::PtrAdd | Op::PtrIndex => self.address(inst),
            Op::LoadPoll => {
                let d = self.gpr_result(inst.results[0]);
                self.asm.load(4, d, Mem::Base(CTX, taipan_runtime::trap::CTX_POLL));
                self.finish_gpr(inst.results[0], d);
            }
            Op::Call | Op::CallSym => self.call(inst),
            Op::Poll => self.poll(b, inst),
            Op::Jump => self.edge(&inst.targets()[0], next),
            Op::Brif => self.brif(inst, next),
            Op::Ret => self.leave(&inst.args, 0),
            Op::Exit => self.leave(&inst.args, taipan_runtime::trap::STATUS_EXIT + inst.imm as i32),
            Op::Trap => self.trap(inst),
            Op::Unwind => self.unwind(inst),
            Op::Unreachable => self.asm.ud2(),
            Op::Iconst | Op::Fconst | Op::SymAddr | Op::FuncAddr | Op::AddrConst | Op::StackAddr | Op::GetCtx => {}
        }
    }

    /// Arithmetic and its overflow predicate at once.
    fn pair(&mut self, b: Block, inst: &InstData, other: &InstData) {
        let (arith, pred) = if matches!(inst.op, Op::SaddO | Op::SsubO | Op::SmulO) { (other, inst) } else { (inst, other) };
        self.overflow(pred.op, pred, Some(arith.results[0]));
        let o = pred.results[0];
        if self.only_feeds_branch(b, inst, o) {
            self.flags = Some(o);
        } else if self.sel.uses[o.index()] > 0 {
            self.set_bool(Cond::plain(cc::O), o);
        }
    }

    /// Is `v`'s only user the branch right behind `inst`?
    fn only_feeds_branch(&self, b: Block, inst: &InstData, v: Value) -> bool {
        let func = self.func;
        let Some(t) = func.terminator(b) else { return false };
        if t.op != Op::Brif || t.args[0] != v || self.sel.uses[v.index()] != 1 {
            return false;
        }
        let emitted = func.blocks[b.index()].insts.iter().rev().skip(1).find(|i| {
            self.sel.emit[i.index()] != Emit::Never && !is_constant(func.insts[i.index()].op)
        });
        emitted.is_some_and(|i| std::ptr::eq(&func.insts[i.index()], inst))
    }

    // Operands and results.

    pub(super) fn loc(&self, v: Value) -> Loc {
        self.alloc.loc[v.index()]
    }

    pub(super) fn ty(&self, v: Value) -> Ty {
        self.func.ty(v)
    }

    /// The place of a value that has one.
    pub(super) fn place(&self, v: Value) -> Option<Place> {
        Place::of(self.loc(v), |n| self.frame.slot(n))
    }

    /// A constant value.
    pub(super) fn constant(&self, v: Value) -> Option<Constant> {
        if self.loc(v) != Loc::Const {
            return None;
        }
        let i = self.sel.def[v.index()]?;
        let inst = &self.func.insts[i.index()];
        Some(match (inst.op, &inst.aux) {
            (Op::Iconst, _) if inst.ty == Ty::I1 => Constant::Bits(inst.imm & 1),
            (Op::Iconst | Op::Fconst | Op::AddrConst, _) => Constant::Bits(inst.imm),
            (Op::SymAddr, Aux::Sym(s)) => {
                Constant::Bits(crate::symbols::address(self.unit.module.symbols[s.index()].name).addr() as i64)
            }
            (Op::FuncAddr, Aux::Func(f)) => Constant::Entry(*f),
            (Op::StackAddr, _) => Constant::Stack(self.objects[&i]),
            _ => return None,
        })
    }

    /// The integer constant behind a value, if it fits an immediate of its
    /// type.
    pub(super) fn immediate(&self, v: Value) -> Option<i32> {
        match self.constant(v)? {
            Constant::Bits(bits) if self.ty(v).bytes() == 4 => Some(bits as i32),
            Constant::Bits(bits) => i32::try_from(bits).ok(),
            _ => None,
        }
    }

    /// Where a value comes from in a parallel move.
    pub(super) fn source(&self, v: Value) -> Source<Constant> {
        if let Some(p) = self.place(v) {
            return Source::Place(p);
        }
        match self.constant(v) {
            Some(c) => Source::Const(c),
            None if self.loc(v) == Loc::Const => Source::Place(Place::Gpr(CTX)),
            // Only dead code reads it.
            None => Source::Const(Constant::Bits(0)),
        }
    }

    /// Puts a constant into a general register; leaves the flags alone.
    pub(super) fn constant_to_gpr(&mut self, d: u8, c: Constant) {
        match c {
            Constant::Bits(b) => self.asm.mov_imm(d, b),
            Constant::Stack(o) => self.asm.lea(d, Mem::stack(o)),
            Constant::Entry(f) => {
                let l = self.unit.entries[f.index()];
                self.asm.lea(d, Mem::Label(l));
            }
        }
    }

    /// The register that holds `v`; constants and spilled values are put into
    /// `scratch`.
    pub(super) fn gpr(&mut self, v: Value, scratch: u8) -> u8 {
        match self.source(v) {
            Source::Place(Place::Gpr(r)) => r,
            Source::Place(p) => {
                self.asm.place(Place::Gpr(scratch), p);
                scratch
            }
            Source::Const(c) => {
                self.constant_to_gpr(scratch, c);
                scratch
            }
        }
    }

    /// Puts `v` into that register.
    pub(super) fn gpr_into(&mut self, v: Value, d: u8) {
        let r = self.gpr(v, d);
        self.asm.mov(d, r);
    }

    /// An operand for a two-operand instruction of 4 or 8 bytes.
    pub(super) fn operand(&mut self, v: Value, scratch: u8) -> Operand {
        if let Some(i) = self.immediate(v) {
            return Operand::Imm(i);
        }
        match self.place(v) {
            Some(Place::Stack(o)) => Operand::Mem(Mem::stack(o)),
            _ => Operand::Reg(self.gpr(v, scratch)),
        }
    }

    /// The register in which to compute a result.
    pub(super) fn gpr_result(&self, v: Value) -> u8 {
        match self.loc(v) {
            Loc::Gpr(r) => r,
            _ => RAX,
        }
    }

    /// Stores a result computed in `r` where it belongs.
    pub(super) fn finish_gpr(&mut self, v: Value, r: u8) {
        if let Some(p) = self.place(v) {
            self.asm.place(p, Place::Gpr(r));
        }
    }

    /// The vector register that holds `v`, or `scratch` with it.
    pub(super) fn xmm(&mut self, v: Value, scratch: u8) -> u8 {
        match self.source(v) {
            Source::Place(Place::Xmm(r)) => return r,
            Source::Place(p) => self.asm.place(Place::Xmm(scratch), p),
            Source::Const(c) => self.constant_to_xmm(scratch, c),
        }
        scratch
    }

    pub(super) fn constant_to_xmm(&mut self, d: u8, c: Constant) {
        match c {
            Constant::Bits(0) => self.asm.fzero(d),
            Constant::Bits(bits) => {
                let m = self.asm.constant(bits as u64);
                self.asm.fload(8, d, m);
            }
            // Not floats: no caller asks.
            Constant::Stack(_) | Constant::Entry(_) => {
                self.constant_to_gpr(RAX, c);
                self.asm.move_to_xmm(d, RAX);
            }
        }
    }

    /// The memory a float is in, if it is in memory.
    pub(super) fn float_memory(&mut self, v: Value) -> Option<Mem> {
        match self.source(v) {
            Source::Place(Place::Stack(o)) => Some(Mem::stack(o)),
            Source::Const(Constant::Bits(bits)) => Some(self.asm.constant(bits as u64)),
            _ => None,
        }
    }

    pub(super) fn xmm_result(&self, v: Value) -> u8 {
        match self.loc(v) {
            Loc::Xmm(r) => r,
            _ => XMM_SCRATCH,
        }
    }

    pub(super) fn finish_xmm(&mut self, v: Value, r: u8) {
        if let Some(p) = self.place(v) {
            self.asm.place(p, Place::Xmm(r));
        }
    }

    /// Does parallel moves.
    pub(super) fn parallel(&mut self, list: &[(Place, Source<Constant>)]) {
        for (d, s) in moves::order(list) {
            match (d, s) {
                (d, Source::Place(s)) => self.asm.place(d, s),
                (Place::Gpr(d), Source::Const(c)) => self.constant_to_gpr(d, c),
                (Place::Xmm(d), Source::Const(c)) => self.constant_to_xmm(d, c),
                (Place::Stack(o), Source::Const(Constant::Bits(b))) if i32::try_from(b).is_ok() => {
                    self.asm.store_imm(8, Mem::stack(o), b as i32);
                }
                (Place::Stack(o), Source::Const(c)) => {
                    self.constant_to_gpr(RAX, c);
                    self.asm.store(8, Mem::stack(o), RAX);
                }
            }
        }
    }

    // Conditions and edges.

    /// Emits a comparison; the answer is in the flags.
    pub(super) fn compare(&mut self, inst: &InstData) -> Cond {
        let Aux::Cc(c) = inst.aux else { unreachable!("verified: comparisons have a predicate") };
        if c.is_float() { self.float_compare(inst, c) } else { self.integer_compare(inst, c) }
    }

    /// The condition that operand 0 of a branch or select stands for.
    pub(super) fn condition(&mut self, user: &InstData) -> Cond {
        let v = user.args[0];
        if self.flags.take() == Some(v) {
            return Cond::plain(cc::O);
        }
        let func = self.func;
        if let Some(c) = self.sel.absorbed(func, user, v) {
            return self.compare(c);
        }
        let r = self.gpr(v, RAX);
        self.asm.test(4, r, r);
        Cond::plain(cc::NE)
    }

    /// Stores a condition as an i1.
    pub(super) fn set_bool(&mut self, c: Cond, v: Value) {
        let d = self.gpr_result(v);
        match c.nan {
            Nan::Included => self.asm.setcc(c.cc, d),
            nan => {
                let (parity, op) = if nan == Nan::False { (cc::NP, super::asm::Alu::And) } else { (cc::P, super::asm::Alu::Or) };
                self.asm.setcc(parity, RCX);
                self.asm.setcc(c.cc, d);
                self.asm.alu(op, 4, d, Operand::Reg(RCX));
            }
        }
        self.finish_gpr(v, d);
    }

    pub(super) fn jump_if(&mut self, c: Cond, l: DynamicLabel) {
        match c.nan {
            Nan::Included => self.asm.jcc(c.cc, l),
            Nan::True => {
                self.asm.jcc(cc::P, l);
                self.asm.jcc(c.cc, l);
            }
            Nan::False => {
                let skip = self.asm.label();
                self.asm.jcc(cc::P, skip);
                self.asm.jcc(c.cc, l);
                self.asm.bind(skip);
            }
        }
    }

    pub(super) fn jump_unless(&mut self, c: Cond, l: DynamicLabel) {
        self.jump_if(c.negated(), l);
    }

    fn edge_moves(&self, t: &Target) -> Vec<(Place, Source<Constant>)> {
        let params = &self.func.blocks[t.block.index()].params;
        params
            .iter()
            .zip(&t.args)
            .filter_map(|(p, a)| self.place(*p).map(|d| (d, self.source(*a))))
            .filter(|(d, s)| *s != Source::Place(*d))
            .collect()
    }

    /// Goes along an edge, here.
    fn edge(&mut self, t: &Target, next: Option<Block>) {
        let list = self.edge_moves(t);
        self.parallel(&list);
        if next != Some(t.block) {
            let l = self.blocks[t.block.index()];
            self.asm.jmp(l);
        }
    }

    /// Label to jump to for going along an edge: the block's, or a stub's that
    /// does the moves.
    fn edge_label(&mut self, t: &Target) -> DynamicLabel {
        if self.edge_moves(t).is_empty() {
            return self.blocks[t.block.index()];
        }
        let label = self.asm.label();
        self.stubs.push(Stub::Edge { label, target: t.clone() });
        label
    }

    fn brif(&mut self, inst: &InstData, next: Option<Block>) {
        let [then, other] = inst.targets() else { unreachable!("verified: brif has two targets") };
        let c = self.condition(inst);
        // The side that goes on in line: the next block, or one with moves.
        let then_in_line = next == Some(then.block)
            || next != Some(other.block) && self.edge_moves(other).is_empty() && !self.edge_moves(then).is_empty();
        if then_in_line {
            let l = self.edge_label(other);
            self.jump_unless(c, l);
            self.edge(then, next);
        } else {
            let l = self.edge_label(then);
            self.jump_if(c, l);
            self.edge(other, next);
        }
    }

    fn stub(&mut self, stub: Stub) {
        match stub {
            Stub::Edge { label, target } => {
                self.asm.bind(label);
                self.edge(&target, None);
            }
            Stub::Poll { label, back, block, number } => {
                self.asm.bind(label);
                self.poll_slow(block, number, back);
            }
            Stub::StackLimit { label, back } => {
                self.asm.bind(label);
                self.stack_limit(back);
            }
        }
    }

    /// Integer predicate as condition code.
    pub(super) fn integer_cc(c: Cc) -> u8 {
        match c {
            Cc::Eq => cc::E,
            Cc::Ne => cc::NE,
            Cc::Slt => cc::L,
            Cc::Sle => cc::LE,
            Cc::Sgt => cc::G,
            Cc::Sge => cc::GE,
            Cc::Ult => cc::B,
            Cc::Ule => cc::BE,
            Cc::Ugt => cc::A,
            _ => cc::AE,
        }
    }

    /// Does the instruction lose caller-saved registers?
    pub(super) fn clobbers(&self, inst: &InstData) -> bool {
        clobbers(inst, self.unit.has_fma)
    }
}
