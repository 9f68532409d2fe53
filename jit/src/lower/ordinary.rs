//! Operators of ordinary loops: Python's own numbers. Whatever an int64 or a
//! float cannot express exactly as Python would leaves through an exit, with
//! the frame as it was before the instruction.

use super::scalar::Zero;
use super::{Lowerer, Parts};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::value::ErrorModel;
use crate::hir::{self, BinaryOp, CompareOp, ExitReason, UnaryOp};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};

/// Integers up to this magnitude are exact as floats.
const EXACT: i64 = 1 << 53;

/// A Python number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Int,
    Float,
    Bool,
}

impl Lowerer<'_> {
    fn number_operand(&mut self, v: hir::Value) -> Result<(Number, Value), CompileError> {
        let kind = match self.ty(v) {
            Type::Scalar(DType::I64) => Number::Int,
            Type::Scalar(DType::F64) => Number::Float,
            Type::Scalar(DType::Bool) => Number::Bool,
            t => return Err(CompileError::unsupported("T0407", format!("operand of type {t} in an ordinary loop"))),
        };
        Ok((kind, self.parts(v)[0]))
    }

    fn as_int(&mut self, n: (Number, Value)) -> Value {
        self.b.convert(Op::Zext, Ty::I64, n.1)
    }

    /// A number as a float; an int is converted with the rounding that
    /// Python's own conversion has.
    fn as_float(&mut self, n: (Number, Value)) -> Value {
        match n.0 {
            Number::Float => n.1,
            _ => {
                let i = self.as_int(n);
                self.b.op(Op::Sitofp, Ty::F64, &[i], 0)
            }
        }
    }

    /// Leaves unless |i| <= 2^53.
    pub(crate) fn exit_unless_exact(&mut self, i: Value) -> Result<(), CompileError> {
        let bias = self.i64(EXACT);
        let range = self.i64(2 * EXACT);
        let shifted = self.b.binary(Op::Iadd, i, bias);
        let c = self.b.icmp(Cc::Ugt, shifted, range);
        self.exit_if(c, ExitReason::Domain)
    }

    pub(crate) fn ordinary_binary(&mut self, op: BinaryOp, a: hir::Value, b: hir::Value) -> Result<Parts, CompileError> {
        let (x, y) = (self.number_operand(a)?, self.number_operand(b)?);
        if x.0 == Number::Float || y.0 == Number::Float {
            let (p, q) = (self.as_float(x), self.as_float(y));
            return Ok(vec![self.ordinary_float(op, p, q)?]);
        }
        if x.0 == Number::Bool && y.0 == Number::Bool && matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor) {
            return self.arith(op, DType::Bool, &[x.1], &[y.1], ErrorModel::Python);
        }
        let (p, q) = (self.as_int(x), self.as_int(y));
        Ok(vec![self.ordinary_int(op, p, q, b)?])
    }

    fn ordinary_int(&mut self, op: BinaryOp, a: Value, b: Value, exponent: hir::Value) -> Result<Value, CompileError> {
        let zero = self.i64(0);
        match op {
            BinaryOp::Add => self.checked(Op::SaddO, Op::Iadd, a, b),
            BinaryOp::Sub => self.checked(Op::SsubO, Op::Isub, a, b),
            BinaryOp::Mul => self.checked(Op::SmulO, Op::Imul, a, b),
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => Ok(self.arith(op, DType::I64, &[a], &[b], ErrorModel::Python)?[0]),
            BinaryOp::Div => {
                let c = self.b.icmp(Cc::Eq, b, zero);
                self.exit_if(c, ExitReason::DivisionByZero)?;
                self.exit_unless_exact(a)?;
                self.exit_unless_exact(b)?;
                let x = self.b.op(Op::Sitofp, Ty::F64, &[a], 0);
                let y = self.b.op(Op::Sitofp, Ty::F64, &[b], 0);
                Ok(self.b.binary(Op::Fdiv, x, y))
            }
            BinaryOp::FloorDiv | BinaryOp::Mod => {
                let c = self.b.icmp(Cc::Eq, b, zero);
                self.exit_if(c, ExitReason::DivisionByZero)?;
                if op == BinaryOp::FloorDiv {
                    let min = self.i64(i64::MIN);
                    let minus = self.i64(-1);
                    let lo = self.b.icmp(Cc::Eq, a, min);
                    let m1 = self.b.icmp(Cc::Eq, b, minus);
                    let c = self.b.binary(Op::And, lo, m1);
                    self.exit_if(c, ExitReason::Overflow)?;
                }
                let (q, r) = self.int_divmod(true, a, b, Zero::Excluded);
                Ok(if op == BinaryOp::FloorDiv { q } else { r })
            }
            BinaryOp::Shl => {
                let limit = self.i64(63);
                let c = self.b.icmp(Cc::Ugt, b, limit);
                self.exit_if(c, ExitReason::Overflow)?;
                let r = self.b.binary(Op::Shl, a, b);
                let back = self.b.binary(Op::Ashr, r, b);
                let c = self.b.icmp(Cc::Ne, back, a);
                self.exit_if(c, ExitReason::Overflow)?;
                Ok(r)
            }
            BinaryOp::Shr => {
                let c = self.b.icmp(Cc::Slt, b, zero);
                self.exit_if(c, ExitReason::Domain)?;
                let limit = self.i64(63);
                let far = self.b.icmp(Cc::Sgt, b, limit);
                let count = self.b.select(far, limit, b);
                Ok(self.b.binary(Op::Ashr, a, count))
            }
            BinaryOp::Pow => match self.const_int(exponent) {
                Some(n @ 0..=16) => {
                    let mut r = self.i64(1);
                    for i in 0..n {
                        r = if i == 0 { a } else { self.checked(Op::SmulO, Op::Imul, r, a)? };
                    }
                    Ok(r)
                }
                _ => {
                    let out = self.stack(8);
                    let bad = self.runtime("taipan_pow_checked", &[a, b, out]).expect("has a result");
                    let none = self.b.iconst(Ty::I32, 0);
                    let c = self.b.icmp(Cc::Ne, bad, none);
                    self.exit_if(c, ExitReason::Overflow)?;
                    Ok(self.b.load(Ty::I64, out, 0))
                }
            },
            BinaryOp::MatMul => Err(CompileError::unsupported("T0407", "operator @ in an ordinary loop")),
        }
    }

    fn checked(&mut self, predicate: Op, op: Op, a: Value, b: Value) -> Result<Value, CompileError> {
        let c = self.b.binary_predicate(predicate, a, b);
        self.exit_if(c, ExitReason::Overflow)?;
        Ok(self.b.binary(op, a, b))
    }

    fn ordinary_float(&mut self, op: BinaryOp, a: Value, b: Value) -> Result<Value, CompileError> {
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {}
            BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod => {
                let zero = self.b.fconst(Ty::F64, 0.0);
                let c = self.b.fcmp(Cc::Oeq, b, zero);
                self.exit_if(c, ExitReason::DivisionByZero)?;
            }
            BinaryOp::Pow => return self.ordinary_float_power(a, b),
            _ => return Err(CompileError::unsupported("T0407", format!("operator {} on floats", op.text()))),
        }
        Ok(self.arith(op, DType::F64, &[a], &[b], ErrorModel::Numpy)?[0])
    }

    /// Finite results of finite operands only: the rest are exceptions,
    /// complex numbers, or rare.
    fn ordinary_float_power(&mut self, a: Value, b: Value) -> Result<Value, CompileError> {
        let r = self.float_math2("pow", a, b);
        let zero = self.b.fconst(Ty::F64, 0.0);
        let diff = self.b.binary(Op::Fsub, r, r);
        let c = self.b.fcmp(Cc::Une, diff, zero);
        self.exit_if(c, ExitReason::Domain)?;
        // Finite, but of a nan or infinite operand (pow(inf, 0), pow(x, -inf)).
        let da = self.b.binary(Op::Fsub, a, a);
        let db = self.b.binary(Op::Fsub, b, b);
        let ca = self.b.fcmp(Cc::Une, da, zero);
        let cb = self.b.fcmp(Cc::Une, db, zero);
        let c = self.b.binary(Op::Or, ca, cb);
        self.exit_if(c, ExitReason::Domain)?;
        Ok(r)
    }

    pub(crate) fn ordinary_unary(&mut self, op: UnaryOp, a: hir::Value) -> Result<Parts, CompileError> {
        if op == UnaryOp::Not {
            let t = self.truth(a)?;
            return Ok(vec![self.not(t)]);
        }
        let x = self.number_operand(a)?;
        if x.0 == Number::Float {
            return self.arith1(op, DType::F64, &[x.1]);
        }
        let i = self.as_int(x);
        if op == UnaryOp::Neg {
            self.exit_if_min(i)?;
        }
        self.arith1(op, DType::I64, &[i])
    }

    /// Leaves for the one int64 without a negative.
    pub(crate) fn exit_if_min(&mut self, i: Value) -> Result<(), CompileError> {
        let min = self.i64(i64::MIN);
        let c = self.b.icmp(Cc::Eq, i, min);
        self.exit_if(c, ExitReason::Overflow)
    }

    pub(crate) fn ordinary_compare(&mut self, op: CompareOp, a: hir::Value, b: hir::Value) -> Result<Parts, CompileError> {
        let (ta, tb) = (self.ty(a).clone(), self.ty(b).clone());
        if let (Type::Scalar(_), Type::Scalar(_)) = (&ta, &tb) {
            let (x, y) = (self.number_operand(a)?, self.number_operand(b)?);
            for (n, other) in [(x, y), (y, x)] {
                if n.0 == Number::Int && other.0 == Number::Float {
                    self.exit_unless_exact(n.1)?;
                }
            }
        }
        let (pa, pb) = (self.parts(a), self.parts(b));
        Ok(vec![self.compare_values(op, &ta, &pa, &tb, &pb)?])
    }

    /// The value as type `to`, or leave.
    pub(crate) fn guard(&mut self, a: hir::Value, to: &Type) -> Result<Parts, CompileError> {
        if self.ty(a) == to {
            return Ok(self.parts(a));
        }
        let yes = self.b.iconst(Ty::I1, 1);
        self.exit_if(yes, ExitReason::TypeChanged)?;
        Ok(self.zero(to))
    }
}
