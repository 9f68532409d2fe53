//! Float arithmetic, comparisons and conversions.

use super::asm::{Alu, Operand, Shift, Sse, cc};
use super::emit::{Cond, FuncEmitter, Nan};
use super::moves::Place;
use super::regalloc::{Loc, RAX, RCX, XMM_SCRATCH, XMM_TRANSFER};
use crate::lir::op::{Cc, Op};
use crate::lir::{InstData, Ty, Value};

/// The sign bit of a float type, in both halves of 8 bytes for f32.
fn sign_bits(ty: Ty) -> u64 {
    if ty == Ty::F32 { 0x8000_0000_8000_0000 } else { 1 << 63 }
}

impl FuncEmitter<'_> {
    /// `d = d op v`, straight from memory where `v` is there.
    fn sse_with(&mut self, op: Sse, bytes: u32, d: u8, v: Value) {
        match self.float_memory(v) {
            Some(m) => self.asm.sse_mem(op, bytes, d, m),
            None => {
                let r = self.xmm(v, XMM_TRANSFER);
                self.asm.sse(op, bytes, d, r);
            }
        }
    }

    fn xmm_into(&mut self, v: Value, d: u8) {
        let r = self.xmm(v, d);
        self.asm.fmov(d, r);
    }

    pub(super) fn float_binary(&mut self, inst: &InstData) {
        let (op, commutes) = match inst.op {
            Op::Fadd => (Sse::Add, true),
            Op::Fsub => (Sse::Sub, false),
            Op::Fmul => (Sse::Mul, true),
            _ => (Sse::Div, false),
        };
        let out = inst.results[0];
        let d = self.xmm_result(out);
        let (mut a, mut b) = (inst.args[0], inst.args[1]);
        let at = |s: &Self, v: Value| s.loc(v) == Loc::Xmm(d);
        if commutes && at(self, b) && !at(self, a) {
            std::mem::swap(&mut a, &mut b);
        }
        let target = if at(self, b) && !at(self, a) { XMM_SCRATCH } else { d };
        self.xmm_into(a, target);
        self.sse_with(op, inst.ty.bytes(), target, b);
        self.asm.fmov(d, target);
        self.finish_xmm(out, d);
    }

    pub(super) fn float_sqrt(&mut self, inst: &InstData) {
        let d = self.xmm_result(inst.results[0]);
        self.sse_with(Sse::Sqrt, inst.ty.bytes(), d, inst.args[0]);
        self.finish_xmm(inst.results[0], d);
    }

    pub(super) fn float_sign(&mut self, inst: &InstData) {
        let out = inst.results[0];
        let d = self.xmm_result(out);
        let sign = sign_bits(inst.ty);
        match inst.op {
            Op::Fneg => {
                self.xmm_into(inst.args[0], d);
                let m = self.asm.mask(sign);
                self.asm.fxor(d, m);
            }
            Op::Fabs => {
                self.xmm_into(inst.args[0], d);
                let m = self.asm.mask(!sign);
                self.asm.fand(d, m);
            }
            _ => {
                self.xmm_into(inst.args[1], XMM_TRANSFER);
                let m = self.asm.mask(sign);
                self.asm.fand(XMM_TRANSFER, m);
                self.xmm_into(inst.args[0], XMM_SCRATCH);
                let m = self.asm.mask(!sign);
                self.asm.fand(XMM_SCRATCH, m);
                self.asm.fbits_or(XMM_SCRATCH, XMM_TRANSFER);
                self.asm.fmov(d, XMM_SCRATCH);
            }
        }
        self.finish_xmm(out, d);
    }

    pub(super) fn float_round(&mut self, inst: &InstData) {
        // Bit 3: do not raise the inexact flag.
        let mode = match inst.op {
            Op::Floor => 9,
            Op::Ceil => 10,
            Op::Trunc => 11,
            _ => 8,
        };
        let d = self.xmm_result(inst.results[0]);
        let r = self.xmm(inst.args[0], XMM_TRANSFER);
        self.asm.round(inst.ty.bytes(), d, r, mode);
        self.finish_xmm(inst.results[0], d);
    }

    pub(super) fn float_fma(&mut self, inst: &InstData) {
        let out = inst.results[0];
        if self.clobbers(inst) {
            let list: Vec<_> = inst.args.iter().enumerate().map(|(n, v)| (Place::Xmm(n as u8), self.source(*v))).collect();
            self.parallel(&list);
            self.asm.call_address(crate::symbols::address(if inst.ty == Ty::F32 { "fmaf" } else { "fma" }));
            return self.finish_xmm(out, 0);
        }
        let d = self.xmm_result(out);
        self.xmm_into(inst.args[0], XMM_SCRATCH);
        let b = self.xmm(inst.args[1], XMM_TRANSFER);
        match self.float_memory(inst.args[2]) {
            Some(m) => self.asm.fma_mem(inst.ty.bytes(), XMM_SCRATCH, b, m),
            None => {
                // Not in memory: in a register of its own.
                let c = self.xmm(inst.args[2], d);
                self.asm.fma(inst.ty.bytes(), XMM_SCRATCH, b, c);
            }
        }
        self.asm.fmov(d, XMM_SCRATCH);
        self.finish_xmm(out, d);
    }

    pub(super) fn float_compare(&mut self, inst: &InstData, c: Cc) -> Cond {
        // ucomis answers `a > b` so that an unordered pair says no: the other
        // order is had by exchanging the operands.
        let (swap, code, nan) = match c {
            Cc::Oeq => (false, cc::E, Nan::False),
            Cc::Une => (false, cc::NE, Nan::True),
            Cc::Ogt => (false, cc::A, Nan::Included),
            Cc::Oge => (false, cc::AE, Nan::Included),
            Cc::Olt => (true, cc::A, Nan::Included),
            Cc::Ole => (true, cc::AE, Nan::Included),
            Cc::Nogt => (false, cc::BE, Nan::Included),
            Cc::Noge => (false, cc::B, Nan::Included),
            Cc::Nolt => (true, cc::BE, Nan::Included),
            _ => (true, cc::B, Nan::Included),
        };
        let (mut a, mut b) = (inst.args[0], inst.args[1]);
        if swap {
            std::mem::swap(&mut a, &mut b);
        }
        let r = self.xmm(a, XMM_SCRATCH);
        self.sse_with(Sse::Ucomi, inst.ty.bytes(), r, b);
        Cond { cc: code, nan }
    }

    pub(super) fn float_select(&mut self, inst: &InstData) {
        let c = self.condition(inst);
        let (out, a, b) = (inst.results[0], inst.args[1], inst.args[2]);
        let d = self.xmm_result(out);
        let done = self.asm.label();
        if self.loc(b) == Loc::Xmm(d) {
            self.jump_unless(c, done);
            self.xmm_into(a, d);
        } else {
            self.xmm_into(a, d);
            self.jump_if(c, done);
            self.xmm_into(b, d);
        }
        self.asm.bind(done);
        self.finish_xmm(out, d);
    }

    pub(super) fn convert_to_float(&mut self, inst: &InstData) {
        let (v, out) = (inst.args[0], inst.results[0]);
        let (from, bytes) = (self.ty(v), inst.ty.bytes());
        let d = self.xmm_result(out);
        let signed = inst.op == Op::Sitofp;
        match (from, signed) {
            (Ty::I64, true) => {
                let r = self.gpr(v, RAX);
                self.asm.int_to_float(8, bytes, d, r);
            }
            (Ty::I32, true) => {
                let r = self.gpr(v, RAX);
                self.asm.int_to_float(4, bytes, d, r);
            }
            (Ty::I64, false) => {
                // Halve what does not fit, keeping the lowest bit for the
                // rounding, and double the result.
                let (large, done) = (self.asm.label(), self.asm.label());
                self.gpr_into(v, RAX);
                self.asm.test(8, RAX, RAX);
                self.asm.jcc(8, large);
                self.asm.int_to_float(8, bytes, d, RAX);
                self.asm.jmp(done);
                self.asm.bind(large);
                self.asm.mov(RCX, RAX);
                self.asm.shift_imm(Shift::Right, 8, RAX, 1);
                self.asm.alu(Alu::And, 8, RCX, Operand::Imm(1));
                self.asm.alu(Alu::Or, 8, RAX, Operand::Reg(RCX));
                self.asm.int_to_float(8, bytes, d, RAX);
                self.asm.sse(Sse::Add, bytes, d, d);
                self.asm.bind(done);
            }
            (_, signed) => {
                let r = self.gpr(v, RAX);
                if signed {
                    self.asm.sext(from.bytes(), RAX, r);
                } else {
                    self.asm.zext(from.bytes(), RAX, r);
                }
                self.asm.int_to_float(8, bytes, d, RAX);
            }
        }
        self.finish_xmm(out, d);
    }

    pub(super) fn convert_to_integer(&mut self, inst: &InstData) {
        let (v, out) = (inst.args[0], inst.results[0]);
        let float = self.ty(v).bytes();
        let d = self.gpr_result(out);
        let r = self.xmm(v, XMM_TRANSFER);
        if inst.op == Op::Fptoui && inst.ty == Ty::I64 {
            let (large, done) = (self.asm.label(), self.asm.label());
            let limit = if float == 4 { u64::from(9_223_372_036_854_775_808f32.to_bits()) } else { 9_223_372_036_854_775_808f64.to_bits() };
            let limit = self.asm.constant(limit);
            self.asm.sse_mem(Sse::Ucomi, float, r, limit);
            self.asm.jcc(cc::AE, large);
            self.asm.float_to_int(8, float, d, r);
            self.asm.jmp(done);
            self.asm.bind(large);
            self.asm.fmov(XMM_SCRATCH, r);
            self.asm.sse_mem(Sse::Sub, float, XMM_SCRATCH, limit);
            self.asm.float_to_int(8, float, d, XMM_SCRATCH);
            self.asm.mov_imm(RCX, i64::MIN);
            self.asm.alu(Alu::Xor, 8, d, Operand::Reg(RCX));
            self.asm.bind(done);
        } else {
            // 8 bytes for an unsigned i32, which may not fit the signed one.
            let int = if inst.op == Op::Fptoui || inst.ty == Ty::I64 { 8 } else { 4 };
            self.asm.float_to_int(int, float, d, r);
        }
        self.finish_gpr(out, d);
    }

    pub(super) fn float_cast(&mut self, inst: &InstData) {
        let d = self.xmm_result(inst.results[0]);
        let r = self.xmm(inst.args[0], XMM_TRANSFER);
        self.asm.convert_float(inst.ty.bytes(), d, r);
        self.finish_xmm(inst.results[0], d);
    }
}
