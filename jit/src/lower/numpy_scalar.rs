//! Operators of ordinary loops on NumPy's scalars, and elements that such
//! loops store into arrays.
//!
//! The result is computed in the common dtype that `typing::numpy_scalar`
//! chose. Whenever NumPy would warn, raise or look at its error state, the
//! loop is left at the instruction and the interpreter's own scalars do it.

use super::array::index::Place;
use super::scalar::Zero;
use super::{Lowerer, Parts};
use crate::abi::scalar_ty;
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, BinaryOp, CompareOp, ExitReason, UnaryOp};
use crate::library::ufunc;
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::dtype::Kind;

/// Beyond this magnitude a float is not converted to an integer here.
const INTEGER_LIMIT: f64 = 9.0e18;

fn unsupported(what: &str) -> CompileError {
    CompileError::unsupported("T0407", format!("{what} in an ordinary loop"))
}

impl Lowerer<'_> {
    /// Dtype and machine value of a number, Python's or NumPy's.
    pub(crate) fn any_number(&mut self, v: hir::Value) -> Result<(DType, Value), CompileError> {
        match self.ty(v).number() {
            Some(d) if !d.is_complex() => Ok((d, self.parts(v)[0])),
            _ => Err(unsupported(&format!("operand of type {}", self.ty(v)))),
        }
    }

    /// An operand as NumPy converts it to the common dtype: Python ints and
    /// floats must fit.
    fn common_operand(&mut self, v: hir::Value, d: DType) -> Result<Value, CompileError> {
        let (from, x) = self.any_number(v)?;
        let weak = matches!(self.ty(v), Type::Scalar(_));
        if weak && from == DType::I64 && d.is_integer() {
            return self.narrowed(x, true, d);
        }
        let r = self.cast_real(x, from, d);
        if weak && from == DType::F64 && d == DType::F32 {
            self.exit_if_overflowed(r, &[x])?;
        }
        Ok(r)
    }

    /// An int64 (uint64 if not `signed`) as integer dtype `d`; leaves if it
    /// does not fit.
    fn narrowed(&mut self, x: Value, signed: bool, d: DType) -> Result<Value, CompileError> {
        let to_signed = d.kind() == Kind::Signed;
        let bits = scalar_ty(d).bits();
        if bits == 64 {
            if signed != to_signed {
                let zero = self.i64(0);
                let c = self.b.icmp(Cc::Slt, x, zero);
                self.exit_if(c, ExitReason::Overflow)?;
            }
            return Ok(x);
        }
        let narrow = self.b.op(Op::Itrunc, scalar_ty(d), &[x], 0);
        let back = self.resize_int(narrow, to_signed, Ty::I64);
        let c = self.b.icmp(Cc::Ne, back, x);
        self.exit_if(c, ExitReason::Overflow)?;
        Ok(narrow)
    }

    fn nan(&mut self, x: Value) -> Value {
        self.b.fcmp(Cc::Une, x, x)
    }

    /// Is x infinite or NaN?
    fn odd(&mut self, x: Value) -> Value {
        let d = self.b.binary(Op::Fsub, x, x);
        let zero = self.zero_of(self.b.func.ty(x));
        self.b.fcmp(Cc::Une, d, zero)
    }

    /// Leaves if `r` is infinite or NaN where none of the operands accounts
    /// for it: an overflow or an invalid operation.
    fn exit_if_overflowed(&mut self, r: Value, operands: &[Value]) -> Result<(), CompileError> {
        let odd = self.odd(r);
        let (look, fine) = (self.b.new_block(), self.b.new_block());
        self.b.func.blocks[look.index()].cold = true;
        self.b.brif(odd, (look, &[]), (fine, &[]));
        self.b.switch_to(look);
        let mut any_nan = self.b.iconst(Ty::I1, 0);
        let mut any_odd = any_nan;
        for x in operands {
            let nan = self.nan(*x);
            any_nan = self.b.binary(Op::Or, any_nan, nan);
            let odd = self.odd(*x);
            any_odd = self.b.binary(Op::Or, any_odd, odd);
        }
        // NaN comes from NaN, an infinity from one or from NaN.
        let is_nan = self.nan(r);
        let accounted = self.b.select(is_nan, any_nan, any_odd);
        let c = self.not(accounted);
        self.exit_if(c, ExitReason::Domain)?;
        self.b.jump(fine, &[]);
        self.b.switch_to(fine);
        Ok(())
    }

    fn exit_if_odd(&mut self, values: &[Value]) -> Result<(), CompileError> {
        for x in values {
            let c = self.odd(*x);
            self.exit_if(c, ExitReason::Domain)?;
        }
        Ok(())
    }

    /// `a op b` where one is a NumPy scalar; `d` is the result's dtype.
    pub(crate) fn numpy_binary(&mut self, op: BinaryOp, a: hir::Value, b: hir::Value, d: DType) -> Result<Parts, CompileError> {
        let (x, y) = (self.common_operand(a, d)?, self.common_operand(b, d)?);
        Ok(vec![match d.kind() {
            Kind::Float => self.numpy_float(op, d, x, y)?,
            Kind::Signed | Kind::Unsigned => self.numpy_int(op, d, x, y, b)?,
            _ => self.arith(op, d, &[x], &[y], ErrorModel::Numpy)?[0],
        }])
    }

    fn numpy_float(&mut self, op: BinaryOp, d: DType, a: Value, b: Value) -> Result<Value, CompileError> {
        if matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod) {
            let zero = self.zero_of(scalar_ty(d));
            let c = self.b.fcmp(Cc::Oeq, b, zero);
            self.exit_if(c, ExitReason::DivisionByZero)?;
        }
        let r = self.arith(op, d, &[a], &[b], ErrorModel::Numpy)?[0];
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => self.exit_if_overflowed(r, &[a, b])?,
            _ => self.exit_if_odd(&[r, a, b])?,
        }
        Ok(r)
    }

    fn numpy_int(&mut self, op: BinaryOp, d: DType, a: Value, b: Value, right: hir::Value) -> Result<Value, CompileError> {
        let signed = d.kind() == Kind::Signed;
        let ty = scalar_ty(d);
        let (x, y) = (self.resize_int(a, signed, Ty::I64), self.resize_int(b, signed, Ty::I64));
        let zero = self.i64(0);
        let wide = match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => {
                return Ok(self.arith(op, d, &[a], &[b], ErrorModel::Numpy)?[0]);
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul if d == DType::U64 => {
                let (r, c) = match op {
                    BinaryOp::Add => {
                        let r = self.b.binary(Op::Iadd, x, y);
                        (r, self.b.icmp(Cc::Ult, r, x))
                    }
                    BinaryOp::Sub => (self.b.binary(Op::Isub, x, y), self.b.icmp(Cc::Ult, x, y)),
                    _ => {
                        // Exact while both halves are short; the rest is rare.
                        let both = self.b.binary(Op::Or, x, y);
                        let limit = self.i64(i64::from(u32::MAX));
                        (self.b.binary(Op::Imul, x, y), self.b.icmp(Cc::Ugt, both, limit))
                    }
                };
                self.exit_if(c, ExitReason::Overflow)?;
                r
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
                let (predicate, plain) = match op {
                    BinaryOp::Add => (Op::SaddO, Op::Iadd),
                    BinaryOp::Sub => (Op::SsubO, Op::Isub),
                    _ => (Op::SmulO, Op::Imul),
                };
                if ty == Ty::I64 || op == BinaryOp::Mul {
                    let c = self.b.binary_predicate(predicate, x, y);
                    self.exit_if(c, ExitReason::Overflow)?;
                }
                self.b.binary(plain, x, y)
            }
            BinaryOp::FloorDiv | BinaryOp::Mod => {
                let c = self.b.icmp(Cc::Eq, y, zero);
                self.exit_if(c, ExitReason::DivisionByZero)?;
                if signed && ty == Ty::I64 {
                    let (min, minus) = (self.i64(i64::MIN), self.i64(-1));
                    let lowest = self.b.icmp(Cc::Eq, x, min);
                    let negated = self.b.icmp(Cc::Eq, y, minus);
                    let c = self.b.binary(Op::And, lowest, negated);
                    self.exit_if(c, ExitReason::Overflow)?;
                }
                let (q, r) = self.int_divmod(signed, x, y, Zero::Excluded);
                if op == BinaryOp::FloorDiv { q } else { r }
            }
            BinaryOp::Shl | BinaryOp::Shr => {
                let width = self.i64(i64::from(ty.bits()));
                let c = self.b.icmp(Cc::Uge, y, width);
                self.exit_if(c, ExitReason::Domain)?;
                let o = match (op, signed) {
                    (BinaryOp::Shl, _) => Op::Shl,
                    (_, true) => Op::Ashr,
                    _ => Op::Lshr,
                };
                let r = self.b.binary(o, x, y);
                // What is shifted out is lost without a word.
                return Ok(self.resize_int(r, signed, ty));
            }
            BinaryOp::Pow if d != DType::U64 => match self.const_int(right) {
                Some(n @ 0..=16) => {
                    let mut r = self.i64(1);
                    for i in 0..n {
                        if i > 0 {
                            let c = self.b.binary_predicate(Op::SmulO, r, x);
                            self.exit_if(c, ExitReason::Overflow)?;
                        }
                        r = if i == 0 { x } else { self.b.binary(Op::Imul, r, x) };
                    }
                    r
                }
                _ => {
                    let out = self.stack(8);
                    let bad = self.runtime("taipan_pow_checked", &[x, y, out]).ok_or_else(|| CompileError::bug("has a result"))?;
                    let none = self.b.iconst(Ty::I32, 0);
                    let c = self.b.icmp(Cc::Ne, bad, none);
                    self.exit_if(c, ExitReason::Overflow)?;
                    self.b.load(Ty::I64, out, 0)
                }
            },
            _ => return Err(unsupported(&format!("operator {} on {}", op.text(), d.name()))),
        };
        if ty == Ty::I64 { Ok(wide) } else { self.narrowed(wide, true, d) }
    }

    /// `op a` of a NumPy scalar; the result has the same dtype `d`.
    pub(crate) fn numpy_unary(&mut self, op: UnaryOp, a: hir::Value, d: DType) -> Result<Parts, CompileError> {
        let (_, x) = self.any_number(a)?;
        if op == UnaryOp::Neg && !d.is_float() {
            // The one value without a negative; of unsigned ones any but 0.
            if d.kind() == Kind::Signed {
                self.exit_if_lowest(x, d)?;
            } else {
                let zero = self.b.iconst(scalar_ty(d), 0);
                let c = self.b.icmp(Cc::Ne, x, zero);
                self.exit_if(c, ExitReason::Overflow)?;
            }
        }
        self.arith1(op, d, &[x])
    }

    /// Leaves for the one value of a signed dtype without a negative.
    pub(crate) fn exit_if_lowest(&mut self, x: Value, d: DType) -> Result<(), CompileError> {
        let lowest = self.b.iconst(scalar_ty(d), i64::MIN >> (64 - scalar_ty(d).bits()));
        let c = self.b.icmp(Cc::Eq, x, lowest);
        self.exit_if(c, ExitReason::Overflow)
    }

    /// A comparison with a NumPy scalar: integers exactly, others in the
    /// common dtype.
    pub(crate) fn numpy_compare(&mut self, op: CompareOp, a: hir::Value, b: hir::Value) -> Result<Parts, CompileError> {
        let ((da, x), (db, y)) = (self.any_number(a)?, self.any_number(b)?);
        if !da.is_float() && !db.is_float() {
            return Ok(vec![self.compare_scalars(op, da, &[x], db, &[y])?]);
        }
        let d = crate::typing::numpy_scalar::common(self.ty(a), self.ty(b)).ok_or_else(|| CompileError::bug("numbers without common dtype"))?;
        let (x, y) = (self.common_operand(a, d)?, self.common_operand(b, d)?);
        Ok(vec![self.compare_scalars(op, d, &[x], d, &[y])?])
    }

    /// A ufunc of numbers, computed by loop `name` on dtype `d` throughout but
    /// for the result.
    pub(crate) fn numpy_ufunc(&mut self, name: &str, args: &[hir::Value], result: hir::Value) -> Result<Parts, CompileError> {
        let call = crate::typing::numpy_scalar::ufunc(name, &args.iter().map(|v| self.ty(*v).clone()).collect::<Vec<_>>())
            .ok_or_else(|| unsupported(name))?;
        let mut operands = Vec::new();
        for v in args {
            operands.push(self.common_operand(*v, call.input)?);
        }
        let chosen = ufunc::resolve(name, &vec![call.input; args.len()])?;
        let parts: Vec<Parts> = operands.iter().map(|x| vec![*x]).collect();
        let r = if call.by_kernel { ufunc::runtime_loop(self, &chosen, &parts) } else { ufunc::lower(self, &chosen, &parts)? };
        if chosen.output.is_float() {
            self.exit_if_odd(&r)?;
        }
        self.cast(&r, &Type::Scalar(chosen.output), &self.ty(result).clone())
    }

    /// `object[index] = value`: one number into an array.
    ///
    /// # Errors
    /// What the builder should not have asked for.
    pub(crate) fn store_number(&mut self, object: hir::Value, index: hir::Value, value: hir::Value) -> Result<(), CompileError> {
        let a = self.materialised(object)?;
        let d = a.ty.dtype;
        let items = self.index_items(index)?;
        let Place::Element(at) = self.place(&a, &items)? else { return Err(unsupported("storing into a view")) };
        let x = self.element_of(value, d)?;
        self.store_element(at, &[x]);
        Ok(())
    }

    /// A number as an element of dtype `d`; leaves where that loses more than
    /// precision or a fraction.
    fn element_of(&mut self, value: hir::Value, d: DType) -> Result<Value, CompileError> {
        let (from, x) = self.any_number(value)?;
        match (from.kind(), d.kind()) {
            (Kind::Float, Kind::Float) => {
                let r = self.cast_real(x, from, d);
                if scalar_ty(d).bits() < scalar_ty(from).bits() {
                    self.exit_if_overflowed(r, &[x])?;
                }
                Ok(r)
            }
            (Kind::Float, Kind::Signed | Kind::Unsigned) => {
                let size = self.b.unary(Op::Fabs, x);
                let limit = self.b.fconst(scalar_ty(from), INTEGER_LIMIT);
                let c = self.b.fcmp(Cc::Nolt, size, limit);
                self.exit_if(c, ExitReason::Domain)?;
                let whole = self.b.op(Op::Fptosi, Ty::I64, &[x], 0);
                self.narrowed(whole, true, d)
            }
            (Kind::Signed | Kind::Unsigned, Kind::Signed | Kind::Unsigned) => {
                let signed = from.kind() == Kind::Signed;
                let wide = self.resize_int(x, signed, Ty::I64);
                self.narrowed(wide, signed, d)
            }
            _ => Ok(self.cast_real(x, from, d)),
        }
    }
}
