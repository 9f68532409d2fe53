//! Integer arithmetic, comparisons, conversions, memory.

use super::asm::{Alu, Mem, Operand, Shift, cc};
use super::emit::{Cond, Constant, FuncEmitter, Nan};
use super::regalloc::{Loc, RAX, RCX, RDX, RSP};
use crate::lir::op::{Cc, Op};
use crate::lir::{InstData, Ty, Value};

/// Bytes of the registers an operation works on: small types use 4.
fn width(ty: Ty) -> u32 {
    ty.bytes().max(4)
}

impl FuncEmitter<'_> {
    pub(super) fn integer_binary(&mut self, inst: &InstData) {
        let (op, commutes) = match inst.op {
            Op::Iadd => (Alu::Add, true),
            Op::Isub => (Alu::Sub, false),
            Op::Imul => (Alu::Imul, true),
            Op::And => (Alu::And, true),
            Op::Or => (Alu::Or, true),
            _ => (Alu::Xor, true),
        };
        let w = width(inst.ty);
        let out = inst.results[0];
        let d = self.gpr_result(out);
        let (mut a, mut b) = (inst.args[0], inst.args[1]);
        let at = |s: &Self, v: Value| s.loc(v) == Loc::Gpr(d);
        if commutes && (self.loc(a) == Loc::Const || at(self, b) && !at(self, a)) {
            std::mem::swap(&mut a, &mut b);
        }
        if op == Alu::Imul && self.multiply_by_constant(inst.ty, d, a, b) {
            return self.finish_gpr(out, d);
        }
        if matches!(op, Alu::Add | Alu::Sub) && self.add_as_address(op, d, a, b) {
            return self.finish_gpr(out, d);
        }
        let target = if at(self, b) && !at(self, a) { RAX } else { d };
        self.gpr_into(a, target);
        let s = self.operand(b, RCX);
        self.asm.alu(op, w, target, s);
        self.asm.mov(d, target);
        self.finish_gpr(out, d);
    }

    /// Three-operand additions of registers and constants.
    fn add_as_address(&mut self, op: Alu, d: u8, a: Value, b: Value) -> bool {
        let Loc::Gpr(x) = self.loc(a) else { return false };
        if x == d {
            return false;
        }
        let m = match (op, self.immediate(b), self.loc(b)) {
            (Alu::Add, Some(i), _) => Mem::Base(x, i),
            (Alu::Sub, Some(i), _) if i != i32::MIN => Mem::Base(x, -i),
            (Alu::Add, None, Loc::Gpr(y)) => Mem::Index(x, y, 1, 0),
            _ => return false,
        };
        self.asm.lea(d, m);
        true
    }

    fn multiply_by_constant(&mut self, ty: Ty, d: u8, a: Value, b: Value) -> bool {
        let Some(i) = self.immediate(b) else { return false };
        let w = width(ty);
        if i > 0 && i.count_ones() == 1 {
            self.gpr_into(a, d);
            self.asm.shift_imm(Shift::Left, w, d, i.trailing_zeros() as i8);
        } else {
            let r = self.gpr(a, d);
            self.asm.imul_imm(w, d, r, i);
        }
        true
    }

    /// Puts `v` into `d`, extended to 4 bytes at least.
    fn extended(&mut self, v: Value, d: u8, signed: bool) {
        let bytes = self.ty(v).bytes();
        let r = self.gpr(v, d);
        match (bytes, signed) {
            (4 | 8, _) => self.asm.mov(d, r),
            (_, true) => self.asm.sext(bytes, d, r),
            (_, false) => self.asm.zext(bytes, d, r),
        }
    }

    pub(super) fn division(&mut self, inst: &InstData) {
        let signed = matches!(inst.op, Op::Sdiv | Op::Srem);
        let divisor = match self.loc(inst.args[1]) {
            Loc::Gpr(r) if inst.ty.bytes() >= 4 => r,
            _ => {
                self.extended(inst.args[1], RCX, signed);
                RCX
            }
        };
        self.extended(inst.args[0], RAX, signed);
        self.asm.divide(signed, width(inst.ty), divisor);
        let r = if matches!(inst.op, Op::Sdiv | Op::Udiv) { RAX } else { RDX };
        self.finish_gpr(inst.results[0], r);
    }

    pub(super) fn shift(&mut self, inst: &InstData) {
        let op = match inst.op {
            Op::Shl => Shift::Left,
            Op::Lshr => Shift::Right,
            _ => Shift::RightSigned,
        };
        let (w, bits) = (width(inst.ty), inst.ty.bits() as i32);
        let out = inst.results[0];
        let d = self.gpr_result(out);
        let count = self.immediate(inst.args[1]);
        if count.is_none() {
            self.gpr_into(inst.args[1], RCX);
            if bits < 32 {
                self.asm.alu(Alu::And, 4, RCX, Operand::Imm(bits - 1));
            }
        }
        if op == Shift::Left {
            self.gpr_into(inst.args[0], d);
        } else {
            self.extended(inst.args[0], d, op == Shift::RightSigned);
        }
        match count {
            Some(n) => self.asm.shift_imm(op, w, d, (n & (bits - 1)) as i8),
            None => self.asm.shift_cl(op, w, d),
        }
        self.finish_gpr(out, d);
    }

    /// Emits the arithmetic behind an overflow predicate; the overflow flag
    /// has the answer, `sum` the result.
    pub(super) fn overflow(&mut self, op: Op, inst: &InstData, sum: Option<Value>) {
        let ty = inst.ty;
        let (mut a, mut b) = (inst.args[0], inst.args[1]);
        let d = sum.map_or(RAX, |s| self.gpr_result(s));
        let at = |s: &Self, v: Value| s.loc(v) == Loc::Gpr(d);
        if op != Op::SsubO && at(self, b) && !at(self, a) {
            std::mem::swap(&mut a, &mut b);
        }
        let alu = match op {
            Op::SaddO => Alu::Add,
            Op::SsubO => Alu::Sub,
            _ => Alu::Imul,
        };
        let target = if at(self, b) && !at(self, a) { RAX } else { d };
        if ty.bytes() >= 4 {
            self.gpr_into(a, target);
            let s = self.operand(b, RCX);
            self.asm.alu(alu, ty.bytes(), target, s);
        } else if alu == Alu::Imul {
            // No small form: multiply in 4 bytes; the result fits if it is its
            // own sign extension, which is said again by the overflow flag.
            self.extended(b, RCX, true);
            self.extended(a, RAX, true);
            self.asm.alu(Alu::Imul, 4, RAX, Operand::Reg(RCX));
            self.asm.sext(ty.bytes(), RCX, RAX);
            if sum.is_some() {
                self.asm.mov(target, RAX);
            }
            self.asm.alu(Alu::Cmp, 4, RAX, Operand::Reg(RCX));
            self.asm.setcc(cc::NE, RDX);
            // 0x7f + 1 overflows in one byte, 0x7f + 0 does not.
            self.asm.mov_imm(RCX, 0x7f);
            self.asm.small_alu(Alu::Add, 1, RCX, RDX);
        } else {
            self.gpr_into(b, RCX);
            self.gpr_into(a, target);
            self.asm.small_alu(alu, ty.bytes(), target, RCX);
        }
        if let Some(s) = sum {
            self.asm.mov(d, target);
            self.finish_gpr(s, d);
        }
    }

    pub(super) fn integer_compare(&mut self, inst: &InstData, mut c: Cc) -> Cond {
        let (mut a, mut b) = (inst.args[0], inst.args[1]);
        if self.loc(a) == Loc::Const && self.loc(b) != Loc::Const {
            std::mem::swap(&mut a, &mut b);
            c = c.swapped();
        }
        // i1 is 0 or 1 in the whole register: signed order has -1 for it.
        let bytes = if inst.ty == Ty::I1 { 4 } else { inst.ty.bytes() };
        let c = if inst.ty == Ty::I1 { i1_order(c) } else { c };
        let r = self.gpr(a, RAX);
        let s = match self.immediate(b) {
            Some(0) => {
                self.asm.test(bytes, r, r);
                return Cond { cc: Self::integer_cc(c), nan: Nan::Included };
            }
            Some(i) => Operand::Imm(i),
            None if bytes >= 4 => self.operand(b, RCX),
            None => Operand::Reg(self.gpr(b, RCX)),
        };
        self.asm.alu(Alu::Cmp, bytes, r, s);
        Cond::plain(Self::integer_cc(c))
    }

    pub(super) fn select(&mut self, inst: &InstData) {
        if inst.ty.is_float() {
            return self.float_select(inst);
        }
        let c = self.condition(inst);
        let (out, a, b) = (inst.results[0], inst.args[1], inst.args[2]);
        let d = self.gpr_result(out);
        let source = |s: &mut Self, v: Value| match s.place(v) {
            Some(super::moves::Place::Stack(o)) => Operand::Mem(Mem::stack(o)),
            _ => Operand::Reg(s.gpr(v, RCX)),
        };
        match c.nan {
            Nan::Included if self.loc(a) == Loc::Gpr(d) => {
                let s = source(self, b);
                self.asm.cmov(c.cc ^ 1, d, s);
            }
            Nan::Included => {
                self.gpr_into(b, d);
                let s = source(self, a);
                self.asm.cmov(c.cc, d, s);
            }
            nan => {
                // rax is free: the comparison is done.
                self.gpr_into(b, RAX);
                let s = source(self, a);
                self.asm.cmov(c.cc, RAX, s);
                let (cc, s) = if nan == Nan::True { (cc::P, s) } else { (cc::P, source(self, b)) };
                self.asm.cmov(cc, RAX, s);
                self.asm.mov(d, RAX);
            }
        }
        self.finish_gpr(out, d);
    }

    pub(super) fn integer_convert(&mut self, inst: &InstData) {
        let (v, out) = (inst.args[0], inst.results[0]);
        let from = self.ty(v);
        let d = self.gpr_result(out);
        let r = self.gpr(v, d);
        match inst.op {
            Op::Sext if from == Ty::I1 => {
                self.asm.mov(d, r);
                self.asm.neg(d);
            }
            Op::Sext => self.asm.sext(from.bytes(), d, r),
            Op::Zext => self.asm.zext(from.bytes(), d, r),
            _ => {
                self.asm.mov(d, r);
                if inst.ty == Ty::I1 {
                    self.asm.alu(Alu::And, 4, d, Operand::Imm(1));
                }
            }
        }
        self.finish_gpr(out, d);
    }

    /// `pointer + index * scale + offset` as an addressing mode. May use rax
    /// and rcx.
    fn addressing(&mut self, base: Value, index: Option<(Value, i64)>, offset: i64) -> Mem {
        let mut offset = offset;
        let mut scaled = None;
        if let Some((v, scale)) = index {
            match self.sel.constant(self.func, v) {
                Some(c) => offset += c * scale,
                None => scaled = Some((self.gpr(v, RCX), scale as u8)),
            }
        }
        let b = match self.constant(base) {
            Some(Constant::Stack(o)) => {
                offset += i64::from(o);
                RSP
            }
            _ => self.gpr(base, RAX),
        };
        // Offsets fit 32 bits: verified, or checked when folded.
        match scaled {
            Some((x, scale)) => Mem::Index(b, x, scale, offset as i32),
            None => Mem::Base(b, offset as i32),
        }
    }

    /// The memory operand of a load or store.
    fn memory(&mut self, inst: &InstData) -> Mem {
        let func = self.func;
        let v = inst.args[0];
        match self.sel.absorbed(func, inst, v) {
            Some(a) => {
                let scale = if a.op == Op::PtrIndex { a.imm } else { 1 };
                self.addressing(a.args[0], Some((a.args[1], scale)), inst.imm)
            }
            None => self.addressing(v, None, inst.imm),
        }
    }

    pub(super) fn load(&mut self, inst: &InstData) {
        let m = self.memory(inst);
        let out = inst.results[0];
        let bytes = inst.ty.bytes();
        if inst.ty.is_float() {
            let d = self.xmm_result(out);
            self.asm.fload(bytes, d, m);
            self.finish_xmm(out, d);
        } else {
            let d = self.gpr_result(out);
            self.asm.load(bytes, d, m);
            self.finish_gpr(out, d);
        }
    }

    pub(super) fn store(&mut self, inst: &InstData) {
        let m = self.memory(inst);
        let v = inst.args[1];
        let bytes = inst.ty.bytes();
        if inst.ty.is_float() {
            let r = self.xmm(v, super::regalloc::XMM_SCRATCH);
            self.asm.fstore(bytes, m, r);
        } else if let Some(i) = self.immediate(v) {
            self.asm.store_imm(bytes, m, i);
        } else {
            let r = self.gpr(v, RDX);
            self.asm.store(bytes, m, r);
        }
    }

    /// An address computation on its own.
    pub(super) fn address(&mut self, inst: &InstData) {
        let out = inst.results[0];
        let d = self.gpr_result(out);
        let (p, i) = (inst.args[0], inst.args[1]);
        let scale = if inst.op == Op::PtrIndex { inst.imm } else { 1 };
        let constant = self.sel.constant(self.func, i).and_then(|c| c.checked_mul(scale));
        match constant {
            Some(c) if i32::try_from(c).is_ok() => {
                let b = self.gpr(p, RAX);
                self.asm.lea(d, Mem::Base(b, c as i32));
            }
            None if matches!(scale, 1 | 2 | 4 | 8) => {
                let m = self.addressing(p, Some((i, scale)), 0);
                self.asm.lea(d, m);
            }
            _ => {
                if let Ok(s) = i32::try_from(scale) {
                    let r = self.gpr(i, RCX);
                    self.asm.imul_imm(8, RCX, r, s);
                } else {
                    self.asm.mov_imm(RCX, scale);
                    self.gpr_into(i, RAX);
                    self.asm.alu(Alu::Imul, 8, RCX, Operand::Reg(RAX));
                }
                let b = self.gpr(p, RAX);
                self.asm.lea(d, Mem::Index(b, RCX, 1, 0));
            }
        }
        self.finish_gpr(out, d);
    }

    pub(super) fn bitcast(&mut self, inst: &InstData) {
        let (v, out) = (inst.args[0], inst.results[0]);
        match (self.ty(v).is_float(), inst.ty.is_float()) {
            (false, false) => {
                let r = self.gpr(v, RAX);
                self.finish_gpr(out, r);
            }
            (false, true) => {
                let d = self.xmm_result(out);
                let r = self.gpr(v, RAX);
                self.asm.move_to_xmm(d, r);
                self.finish_xmm(out, d);
            }
            (true, false) => {
                let d = self.gpr_result(out);
                let r = self.xmm(v, super::regalloc::XMM_SCRATCH);
                self.asm.move_from_xmm(d, r);
                self.finish_gpr(out, d);
            }
            (true, true) => {
                let r = self.xmm(v, super::regalloc::XMM_SCRATCH);
                self.finish_xmm(out, r);
            }
        }
    }
}

/// Signed order of i1 (true is -1) by the unsigned order of 0 and 1.
fn i1_order(c: Cc) -> Cc {
    match c {
        Cc::Slt => Cc::Ugt,
        Cc::Sle => Cc::Uge,
        Cc::Sgt => Cc::Ult,
        Cc::Sge => Cc::Ule,
        c => c,
    }
}
